// Package wordnet reads the database files of Princeton WordNet: the senses of one part of speech
// with their words, definition and quoted examples, and marks the sense's word in an example.
package wordnet

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Speech are the parts of speech, as the database files call them.
var Speech = []string{"noun", "verb", "adj", "adv"}

// Parts are the lexicographer files, by the number a data line gives.
var Parts = strings.Fields(`adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact
	noun.attribute noun.body noun.cognition noun.communication noun.event noun.feeling noun.food
	noun.group noun.location noun.motive noun.object noun.person noun.phenomenon noun.plant
	noun.possession noun.process noun.quantity noun.relation noun.shape noun.state noun.substance
	noun.time verb.body verb.change verb.cognition verb.communication verb.competition
	verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception
	verb.possession verb.social verb.stative verb.weather adj.ppl`)

// Synset is one sense: a set of synonymous words.
type Synset struct {
	ID         string // offset and type, such as 00001740-v
	Part       string // lexicographer file, such as verb.body
	Words      []string
	Definition string
	Examples   []string // as quoted in the gloss
}

// Text is what a model reads of a sense: "word, word: definition".
func (s *Synset) Text() string { return s.Lemmas() + ": " + s.Definition }

// Lemmas are the words of a sense: "word, word".
func (s *Synset) Lemmas() string { return strings.Join(s.Words, ", ") }

// File is one part of speech.
type File struct {
	Speech  string
	Synsets []Synset // in the order of the file, which is that of their ids

	irregular map[string][]string // inflected forms by base form, from the .exc file
}

// Open reads data.X and X.exc of a part of speech from a folder.
func Open(dir, speech string) (*File, error) {
	f := &File{Speech: speech, irregular: map[string][]string{}}
	err := eachLine(filepath.Join(dir, speech+".exc"), func(line string) error {
		if forms := strings.Fields(line); len(forms) > 0 {
			for _, base := range forms[1:] {
				f.irregular[base] = append(f.irregular[base], forms[0])
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachLine(filepath.Join(dir, "data."+speech), func(line string) error {
		if strings.HasPrefix(line, " ") { // the licence
			return nil
		}
		s, err := parse(line)
		f.Synsets = append(f.Synsets, s)
		return err
	})
	return f, err
}

// eachLine reads a file of Latin-1 text. Its errors name file and line.
func eachLine(path string, each func(line string) error) error {
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		if err := each(fromLatin1(sc.Bytes())); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func fromLatin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

// parse reads a data line: offset, lexicographer file, type, count of words in hexadecimal, each
// word with a number, pointers, and after " | " the gloss.
func parse(line string) (Synset, error) {
	front, gloss, ok := strings.Cut(line, " | ")
	fields := strings.Fields(front)
	if !ok || len(fields) < 4 {
		return Synset{}, fmt.Errorf("not a data line: %.40q", line)
	}
	part, err := strconv.Atoi(fields[1])
	if err != nil || part < 0 || part >= len(Parts) {
		return Synset{}, fmt.Errorf("lexicographer file %q is not 00 to %d", fields[1], len(Parts)-1)
	}
	words, err := strconv.ParseUint(fields[3], 16, 16)
	if err != nil || len(fields) < 4+2*int(words) {
		return Synset{}, fmt.Errorf("word count %q and %d fields do not fit", fields[3], len(fields))
	}
	s := Synset{ID: fields[0] + "-" + fields[2], Part: Parts[part]}
	for i := range int(words) {
		s.Words = append(s.Words, plain(fields[4+2*i]))
	}
	s.Definition, s.Examples = splitGloss(strings.TrimSpace(gloss))
	return s, nil
}

// plain takes off where an adjective may stand, as in galore(ip), and the underscores.
func plain(word string) string {
	if i := strings.IndexByte(word, '('); i >= 0 && strings.HasSuffix(word, ")") {
		word = word[:i]
	}
	return strings.ReplaceAll(word, "_", " ")
}

// splitGloss takes a gloss like `definition; "example", "example"` apart.
func splitGloss(gloss string) (definition string, examples []string) {
	definition = gloss[:definitionEnd(gloss)]
	for open := strings.IndexByte(gloss, '"'); open >= 0; open = strings.IndexByte(gloss, '"') {
		gloss = gloss[open+1:]
		length := strings.IndexByte(gloss, '"')
		if length < 0 {
			break
		}
		if length > 0 { // two quotes in a row: the second may open an example
			examples = append(examples, gloss[:length])
			gloss = gloss[length+1:]
		}
	}
	return strings.TrimSpace(strings.TrimRight(strings.TrimSpace(definition), ";:,")), examples
}

// definitionEnd finds the first quote at the start of the gloss or after a space, semicolon, comma
// or colon, and returns where those begin; a quote after a letter belongs to the definition.
func definitionEnd(gloss string) int {
	for at := strings.IndexByte(gloss, '"'); at >= 0; at = after(gloss, at) {
		switch {
		case at == 0:
			return 0
		case strings.IndexByte(";,:", gloss[at-1]) >= 0:
			return at - 1
		case gloss[at-1] == ' ' && at > 1 && strings.IndexByte(";,:", gloss[at-2]) >= 0:
			return at - 2
		case gloss[at-1] == ' ':
			return at - 1
		}
	}
	return len(gloss)
}

// after returns where the next quote after position at stands, or -1.
func after(gloss string, at int) int {
	if next := strings.IndexByte(gloss[at+1:], '"'); next >= 0 {
		return at + 1 + next
	}
	return -1
}

// Find returns the sense with an id, nil if there is none.
func (f *File) Find(id string) *Synset {
	i, ok := slices.BinarySearchFunc(f.Synsets, id, func(s Synset, id string) int { return strings.Compare(s.ID, id) })
	if !ok {
		return nil
	}
	return &f.Synsets[i]
}
