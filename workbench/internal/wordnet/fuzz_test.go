package wordnet

import (
	"os"
	"strings"
	"testing"
)

// FuzzParse reads a data line: it gives an error or a sense whose every part can be used.
func FuzzParse(f *testing.F) {
	for _, speech := range Speech {
		b, err := os.ReadFile(excerpt + "/data." + speech)
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		s, err := parse(fromLatin1([]byte(line)))
		if err != nil {
			return
		}
		for _, speech := range Speech {
			file := &File{Speech: speech, irregular: map[string][]string{"knife": {"knives"}}}
			for _, example := range s.Examples {
				if text, ok := file.Mark(&s, example); ok && !starred(text, example) {
					t.Fatalf("marking changed %q to %q", example, text)
				}
			}
		}
	})
}

// starred says whether text is example with stars around a part of it.
func starred(text, example string) bool {
	for from := range example {
		for to := from + 1; to <= len(example); to++ {
			if text == example[:from]+"* "+example[from:to]+" *"+example[to:] {
				return true
			}
		}
	}
	return false
}
