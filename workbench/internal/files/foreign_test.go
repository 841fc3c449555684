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
		"PK\x03\x04...":         "a zip archive",
		"\x80\x02}q\x00":        "a Python pickle",
		"GGUF\x03":              "a GGUF file",
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
