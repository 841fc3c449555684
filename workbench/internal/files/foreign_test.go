package files

import (
	"strings"
	"testing"
)

func TestForeign(t *testing.T) {
	for head, want := range map[string]string{
		"": "an empty file",
		"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12000000\n":       "a Git LFS pointer to a file of 12000000 bytes",
		"version https://git-lfs.github.com/spec/v1\r\noid sha256:00\r\nsize 12000000\r\n": "a Git LFS pointer to a file of 12000000 bytes",
		"<!DOCTYPE html><title>Sign in</title>":                                            `a web page ("Sign in")`,
		"\ufeff\n <!-- x --> <HTML lang=en>":                                               "a web page,",
		"<?xml version=\"1.0\"?><Error><Code>AccessDenied":                                 "an XML text",
		"PK\x03\x04...":  "a zip archive",
		"\x80\x02}q\x00": "a Python pickle",
		"\x80\x02\x00\x00\x00\x00\x00\x00{\"a\":": "", "BZh9\x00\x00\x00\x00{\"a\":": "",
		"GGUF\x03":     "a GGUF file",
		"\x80\x04\x95": "a Python pickle", "\x93NUMPY\x01": "a NumPy array", "PAR1\x15": "a Parquet file", "\xd0\xcf\x11\xe0\xa1": "a file of old Excel",
		"SQLite format 3\x00": "an SQLite database", "BZh91AY&SY": "a bzip2 archive", "BZ": "", "\xfd7zXZ\x00": "an xz archive", "\x28\xb5\x2f\xfd$": "a zstd archive",
		"corpus.jsonl" + strings.Repeat("\x00", 245) + "ustar\x00": "a tar archive", strings.Repeat("x", 300): "",
		"\xff\xfe{\x00":         "UTF-16",
		"{\"model_type\":1}":    "",
		"\ufeff{}":              "",
		"[PAD]\n[UNK]\n":        "",
		"\x10\x00\x00\x00\x00 ": "",
	} {
		got := Foreign([]byte(head))
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%q: %q, want %q", head, got, want)
		}
	}
}

func TestText(t *testing.T) {
	for head, want := range map[string]string{
		"Entry not found": "Entry not found", "a\n\tb": "a b", "\x10\x00\x00\x00": "", "caf\xc3": "caf", strings.Repeat("x", 99): strings.Repeat("x", 59) + "…", "\xe9t\xe9": "",
	} {
		if got := Text([]byte(head)); got != want {
			t.Errorf("%q: %q, want %q", head, got, want)
		}
	}
}
