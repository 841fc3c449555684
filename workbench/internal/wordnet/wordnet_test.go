package wordnet

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"axn/workbench/internal/sharedtest"
)

const excerpt = "../../testdata/wordnet"

func TestOpen(t *testing.T) {
	f, err := Open(excerpt, "verb")
	if err != nil {
		t.Fatal(err)
	}
	want := []Synset{
		{"00000200-v", "verb.motion", []string{"run", "run away"}, "move fast", []string{"they ran away", "he is running", "a rerun runs"}},
		{"00000300-v", "verb.change", []string{"carry"}, "bring along", []string{"she carries it"}},
		{"00000400-v", "verb.change", []string{"bake"}, "make in an oven", []string{"baking bread", "; "}},
	}
	if !reflect.DeepEqual(f.Synsets, want) {
		t.Errorf("got %q\nwant %q", f.Synsets, want)
	}
	if s := f.Find("00000300-v"); s != &f.Synsets[1] || s.Text() != "carry: bring along" {
		t.Errorf("found %v", s)
	}
	if s := f.Find("00000300-n"); s != nil {
		t.Errorf("found %v", s)
	}
}

// TestMark shows for every example of the excerpt what is marked; "" stands for none.
func TestMark(t *testing.T) {
	for speech, want := range map[string][]string{
		"noun": {"the * lamps * went out", "she lit the * table lamps * one by one", "* knives * are sharp", "* berries * for tea", "",
			"", "a * Café au lait *, please"},
		"verb": {"they * ran away *", "he is * running *", "a rerun * runs *", "she * carries * it", "* baking * bread", ""},
		"adj":  {"the * happiest * day", "a bigger_one or a * bigger * one"},
		"adv":  {"* slowly * he turned"},
	} {
		f, err := Open(excerpt, speech)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range f.Synsets {
			for _, example := range f.Synsets[i].Examples {
				text, _ := f.Mark(&f.Synsets[i], example)
				got = append(got, text)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q\nwant %q", speech, got, want)
		}
	}
}

func TestSplitGloss(t *testing.T) {
	for gloss, want := range map[string][]string{
		``:                    {``},
		`plain`:               {`plain`},
		`a; "b"; "c"`:         {`a`, `b`, `c`},
		`a:"b"`:               {`a`, `b`},
		`a, "b" and "c"`:      {`a`, `b`, `c`},
		`a "b"`:               {`a`, `b`},
		`"b"; a`:              {``, `b`},
		`the 6" gun; "a gun"`: {`the 6" gun`, ` gun; `}, // the odd quote counts, as in the reference
		`6"gun, of "x"`:       {`6"gun, of`, `gun, of `},
		`a; b;: "unclosed`:    {`a; b`},
		`a ; ,"b"`:            {`a`, `b`},
		`""x""y"`:             {``, `x`, `y`},
	} {
		definition, examples := splitGloss(gloss)
		if got := append([]string{definition}, examples...); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, want %q", gloss, got, want)
		}
	}
}

func TestMalformed(t *testing.T) {
	for line, want := range map[string]string{
		"00000200 06 n 01 lamp 0 000":                 "data.noun, line 2: not a data line",
		"00000200 | x":                                "data.noun, line 2: not a data line",
		"00000200 99 n 01 lamp 0 000 | x":             `lexicographer file "99"`,
		"00000200 06 n zz lamp 0 000 | x":             `word count "zz"`,
		"00000200 06 n 09 lamp 0 000 | x":             `word count "09" and 7 fields`,
		"00000200 06 n " + strings.Repeat("x", 1<<20): "token too long",
	} {
		dir := t.TempDir()
		err := errors.Join(os.WriteFile(filepath.Join(dir, "noun.exc"), nil, 0o600),
			os.WriteFile(filepath.Join(dir, "data.noun"), []byte("  1 licence\n"+line+"\n"), 0o600))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, "noun"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %q", line, err, want)
		}
	}
	if _, err := Open(t.TempDir(), "noun"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no files: %v", err)
	}
}

// installed returns the folder of an installed WordNet; like sharedtest.Path it skips or fails
// without one.
func installed(t *testing.T) string {
	dir := os.Getenv("WNSEARCHDIR")
	if dir == "" {
		dir = "/usr/share/wordnet"
	}
	if _, err := os.Stat(filepath.Join(dir, "data.noun")); err != nil {
		if os.Getenv("AXN_SHARED") != "" {
			t.Fatal(err)
		}
		t.Skip("needs an installed WordNet: ", err)
	}
	return dir
}

// TestSharedTexts compares every text of the shared data sets.
func TestSharedTexts(t *testing.T) {
	dir := installed(t)
	files := map[string]*File{}
	for set, speech := range map[string]string{"verbs": "verb", "artifacts": "noun"} {
		r, err := os.Open(sharedtest.Path(t, "data", set, "texts.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if files[speech], err = Open(dir, speech); err != nil {
			t.Fatal(err)
		}
		n := 0
		for lines := bufio.NewScanner(r); lines.Scan(); n++ {
			var want struct{ Query, Item, Text string }
			if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
				t.Fatal(err)
			}
			if got := files[speech].text(want.Query, want.Item); got != want.Text {
				t.Errorf("%s%s: got %q, want %q", want.Query, want.Item, got, want.Text)
			}
		}
		if n < 12000 {
			t.Errorf("%s: only %d texts", set, n)
		}
	}
}

func (f *File) text(query, item string) string {
	if item != "" {
		return f.Find(item).Text()
	}
	id, number, _ := strings.Cut(query, ":")
	s := f.Find(id)
	n, _ := strconv.Atoi(number)
	text, _ := f.Mark(s, s.Examples[n])
	return text
}

// TestWholeWordNet holds the counts that the reference reader gives for WordNet 3.0.
func TestWholeWordNet(t *testing.T) {
	dir := installed(t)
	senses, marked := 0, 0
	for _, speech := range Speech {
		f, err := Open(dir, speech)
		if err != nil {
			t.Fatal(err)
		}
		for i := range f.Synsets {
			s := &f.Synsets[i]
			if f.Find(s.ID) != s {
				t.Fatalf("%s is not found", s.ID)
			}
			senses++
			for _, example := range s.Examples {
				if _, ok := f.Mark(s, example); ok {
					marked++
				}
			}
		}
	}
	if senses != 117659 || marked != 47518 {
		t.Errorf("%d senses, %d marked examples, want 117659 and 47518", senses, marked)
	}
}
