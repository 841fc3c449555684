package textfile

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

func gz(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.String()
}

func utf16(text string, order unicode.Endianness, bom unicode.BOMPolicy) string {
	s, _, err := transform.String(unicode.UTF16(order, bom).NewEncoder(), text)
	if err != nil {
		panic(err)
	}
	return s
}

func TestReads(t *testing.T) {
	long := strings.Repeat("wörter und 漢字 🍵\n", 20000)
	for name, c := range map[string]struct{ file, want string }{
		"plain":     {"thé\nvert", "thé\nvert"},
		"mark":      {"\ufeffa\n", "a\n"},
		"CR LF":     {"a\r\nb\r\n", "a\r\nb\r\n"},
		"CR":        {"a\rb\r", "a\nb\n"},
		"gzip":      {gz("\ufeffa\tb\n"), "a\tb\n"},
		"empty":     {"", ""},
		"long":      {long, long},
		"long gzip": {gz(long), long},
		"\ufffd":    {"the sign \ufffd itself", "the sign \ufffd itself"},
	} {
		path := filepath.Join(t.TempDir(), "some.txt")
		os.WriteFile(path, []byte(c.file), 0o644)
		for how, wrap := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "by byte": iotest.OneByteReader} {
			var got []byte
			err := Read(path, func(r io.Reader) (err error) { got, err = io.ReadAll(wrap(r)); return err })
			if err != nil || string(got) != c.want {
				t.Errorf("%s, %s: %.40q, error %v", name, how, got, err)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for file, want := range map[string]string{
		"id,text\nw1,th\xe9 vert\n":             "line 2, column 6: the byte 0xe9 is no UTF-8",
		strings.Repeat("é\n", 70000) + "ab\xff": "line 70001, column 3: the byte 0xff",
		"cut\xe6\xbc":                           "line 1, column 4",
		"a\x00b":                                "line 1, column 2: a zero byte",
		utf16("id,text\n", unicode.LittleEndian, unicode.UseBOM):    "UTF-16 text: save it as UTF-8",
		utf16("id,text\n", unicode.BigEndian, unicode.UseBOM):       "UTF-16 text: save it as UTF-8",
		utf16("id,text\n", unicode.LittleEndian, unicode.IgnoreBOM): "if it is UTF-16, convert it (iconv -f UTF-16LE",
		utf16("id,text\n", unicode.BigEndian, unicode.IgnoreBOM):    "if it is UTF-16, convert it (iconv -f UTF-16BE",
		gz("th\xe9"): "line 1, column 3",
		gz(strings.Repeat("green tea\n", 9))[:25]:                      "the gzip archive is cut short: fetch it again",
		gz("green tea\n")[:30] + "xxxxxxxx":                            "the gzip archive is damaged, fetch it again",
		gz("corpus" + strings.Repeat("\x00", 251) + "ustar\x00"):       "a tar archive: unpack it",
		"\x1f\x8bnot gzip":                                             "gzip archive",
		"PK\x03\x04":                                                   "Excel's .xlsx",
		"PAR1....":                                                     "Parquet",
		"<!DOCTYPE html><title>Sign in</title>":                        `a web page ("Sign in")`,
		"version https://git-lfs.github.com/spec/v1\noid x\nsize 12\n": "git lfs pull",
	} {
		path := filepath.Join(t.TempDir(), "items.csv")
		os.WriteFile(path, []byte(file), 0o644)
		err := Lines(path, func(int, string) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "items.csv: ") {
			t.Errorf("%.30q: error %v, want one with %q", file, err, want)
		}
	}
	if err := Lines(t.TempDir(), func(int, string) error { return nil }); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("a folder: %v", err)
	}
}

func TestLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	os.WriteFile(path, []byte("\ufeffa\r\n\r\n \t\n  b \n"), 0o644)
	got := ""
	err := Lines(path, func(n int, line string) error { got += string(rune('0'+n)) + line + "|"; return nil })
	if err != nil || got != "1a|4  b |" {
		t.Errorf("%q, %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\ufeffth\xc3\xa9\r\n"))
	f.Add([]byte(gz("x")))
	path := filepath.Join(f.TempDir(), "x")
	f.Fuzz(func(t *testing.T, file []byte) {
		os.WriteFile(path, file, 0o644)
		var got []byte
		err := Read(path, func(r io.Reader) (err error) { got, err = io.ReadAll(r); return err })
		if err == nil && (!utf8.Valid(got) || bytes.IndexByte(got, 0) >= 0) {
			t.Errorf("%q reads as %q", file, got)
		}
	})
}
