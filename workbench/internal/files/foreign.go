package files

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// HeadSize is how many bytes of a file Foreign wants to see.
const HeadSize = 1024

var (
	pageStart = regexp.MustCompile(`(?is)^\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body|title)`)
	pageTitle = regexp.MustCompile(`(?is)<title[^>]*>\s*(.*?)\s*</title>`)
	lfsSize   = regexp.MustCompile(`(?m)^size (\d+)\s*$`)
)

// magics begin the files of other formats.
var magics = []struct{ magic, what string }{
	{"PK\x03\x04", "a zip archive (or PyTorch's own format)"}, {"\x80\x02", "a Python pickle"}, {"\x1f\x8b", "a gzip archive: unpack it"}, {"GGUF", "a GGUF file"},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file"}, {"\xff\xfe\x00\x00", "UTF-32 text: save it as UTF-8"}, {"\xff\xfe", "UTF-16 text: save it as UTF-8"}, {"\xfe\xff", "UTF-16 text: save it as UTF-8"},
	{"\x80\x03", "a Python pickle"}, {"\x80\x04", "a Python pickle"}, {"\x80\x05", "a Python pickle"}, {"\x93NUMPY", "a NumPy array (.npy)"},
	{"PAR1", "a Parquet file: write it as CSV, pandas.read_parquet(f).to_csv(g, index=False)"}, {"ARROW1\x00", "an Arrow file: write it as CSV, pyarrow.ipc.open_file(f).read_pandas().to_csv(g, index=False)"}, {"FEA1", "a Feather file: write it as CSV, pandas.read_feather(f).to_csv(g, index=False)"},
	{"\xd0\xcf\x11\xe0", "a file of old Excel or Word: save it as CSV in UTF-8"}, {"SQLite format 3", "an SQLite database: export the table as CSV"}, {"%PDF-", "a PDF"}, {`{\rtf`, "rich text: save it as plain UTF-8"},
	{"BZh91AY&SY", "a bzip2 archive: unpack it"}, {"\xfd7zXZ", "an xz archive: unpack it"}, {"\x28\xb5\x2f\xfd", "a zstd archive: unpack it"}, {"7z\xbc\xaf", "a 7z archive: unpack it"}, {"Rar!\x1a", "a RAR archive: unpack it"},
	{"\x00\x00\xfe\xff", "UTF-32 text: save it as UTF-8"},
}

// tarMark stands at a place of its own in a tar archive.
const tarMark, tarPlace = "ustar", 257

// Foreign says what stands in the place of a file whose first bytes are head: nothing, a Git LFS
// pointer, a web page, another format. It returns "" for what may well be text or numbers.
func Foreign(head []byte) string {
	head = head[:min(len(head), HeadSize)]
	text := bytes.TrimPrefix(head, []byte("\ufeff"))
	switch {
	case len(head) == 0:
		return "an empty file, as a download that broke off leaves it: fetch it again"
	case bytes.HasPrefix(text, []byte("version https://git-lfs.github.com/spec/")):
		size := ""
		if m := lfsSize.FindSubmatch(text); m != nil {
			size = fmt.Sprintf(" of %s bytes", m[1])
		}
		return "a Git LFS pointer to a file" + size + ", not the file: run git lfs pull in its folder, or download it"
	case pageStart.Match(text):
		title := ""
		if m := pageTitle.FindSubmatch(text); m != nil {
			title = fmt.Sprintf(" (%q)", strings.Join(strings.Fields(string(m[1])), " "))
		}
		return "a web page" + title + ", not the file: download the file itself, with a key if it needs one"
	case bytes.HasPrefix(bytes.TrimSpace(text), []byte("<?xml")):
		return "an XML text, as servers send instead of a file: download it again"
	}
	if len(head) > 8 && head[8] == '{' && string(head[4:8]) == "\x00\x00\x00\x00" {
		return "" // safetensors, whose first bytes are a length and may be any
	}
	if len(head) > tarPlace && bytes.HasPrefix(head[tarPlace:], []byte(tarMark)) {
		return "a tar archive: unpack it"
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.what
		}
	}
	return ""
}

// Text returns the text that stands where bytes of numbers should be, at most 60 characters of
// it; "" if head is no text.
func Text(head []byte) string {
	head = head[:min(len(head), HeadSize)]
	for len(head) > 0 && !utf8.RuneStart(head[len(head)-1]) || len(head) > 0 && head[len(head)-1] >= utf8.RuneSelf {
		head = head[:len(head)-1] // a character cut in two
	}
	if !utf8.Valid(head) || bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) {
		return ""
	}
	line := strings.Join(strings.Fields(string(head)), " ")
	if runes := []rune(line); len(runes) > 60 {
		line = string(runes[:59]) + "…"
	}
	return line
}
