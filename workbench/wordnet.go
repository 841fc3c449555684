package workbench

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"axn/workbench/internal/files"
	"axn/workbench/internal/wordnet"
)

// WordNet is an installed WordNet 3.0, the source of the texts of the data sets
// here: a query is an example sentence with the word marked ("the cancer had *
// invaded * her lungs"), an item a sense ("lemmas: definition"). Its files are
// read when first needed. Any number of goroutines may use one at once.
type WordNet struct {
	dir   string
	files map[string]func() (*wordnet.File, error) // by part of speech
}

// OpenWordNet opens the folder with the database files (data.verb, verb.exc …):
// dir, or if that is empty $WNSEARCHDIR, or /usr/share/wordnet. The error of a
// missing folder wraps fs.ErrNotExist and says how to get one.
func OpenWordNet(dir string) (*WordNet, error) {
	dir = cmp.Or(dir, os.Getenv("WNSEARCHDIR"), "/usr/share/wordnet")
	if _, err := os.Stat(filepath.Join(dir, "data.noun")); err != nil {
		return nil, fmt.Errorf("workbench: no WordNet in %s: install it (Debian, Ubuntu: apt-get install wordnet-base), "+
			"or set WNSEARCHDIR to the folder with data.noun of WordNet 3.0, https://wordnet.princeton.edu: %w", dir, files.Instead(dir, "OpenWordNet", err))
	}
	w := &WordNet{dir: dir, files: map[string]func() (*wordnet.File, error){}}
	for _, speech := range wordnet.Speech {
		w.files[speech] = sync.OnceValues(func() (*wordnet.File, error) { return wordnet.Open(dir, speech) })
	}
	return w, nil
}

// String fits one line.
func (w *WordNet) String() string { return "WordNet in " + w.dir }

// FillTexts sets the text of every query and item of d by its id: a sense such
// as "00648782-v", and for a query the number of the example behind a colon. The
// error names the first row it finds nothing for; then no text has changed.
func (w *WordNet) FillTexts(d *Dataset) error {
	queries, items := make([]string, len(d.Queries)), make([]string, len(d.Items))
	for i, q := range d.Queries {
		text, err := w.queryText(q.ID)
		if err != nil {
			return fmt.Errorf("workbench: texts of %s: query row %d: %w", d.Name, i, err)
		}
		queries[i] = text
	}
	for i, item := range d.Items {
		_, s, err := w.sense(item.ID)
		if err != nil {
			return fmt.Errorf("workbench: texts of %s: item row %d: %w", d.Name, i, err)
		}
		items[i] = s.Text()
	}
	d.Queries, d.Items = slices.Clone(d.Queries), slices.Clone(d.Items) // a copy of the data set keeps its own
	for i, text := range queries {
		d.Queries[i].Text = text
	}
	for i, text := range items {
		d.Items[i].Text = text
	}
	return nil
}

// sense finds a sense by its id.
func (w *WordNet) sense(id string) (*wordnet.File, *wordnet.Synset, error) {
	speech := map[byte]string{'n': "noun", 'v': "verb", 'a': "adj", 's': "adj", 'r': "adv"}[(id + " ")[max(0, len(id)-1)]]
	open, ok := w.files[speech]
	if !ok {
		return nil, nil, fmt.Errorf("%q is not the id of a WordNet sense", id)
	}
	f, err := open()
	if err != nil {
		return nil, nil, err
	}
	s := f.Find(id)
	if s == nil {
		return nil, nil, fmt.Errorf("no sense %q in %s, which may not be WordNet 3.0", id, w.dir)
	}
	return f, s, nil
}

func (w *WordNet) queryText(id string) (string, error) {
	synset, number, _ := strings.Cut(id, ":")
	f, s, err := w.sense(synset)
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(s.Examples) {
		return "", fmt.Errorf("sense %s has %d examples, no number %q", s.ID, len(s.Examples), number)
	}
	text, ok := f.Mark(s, s.Examples[n])
	if !ok {
		return "", fmt.Errorf("example %s, %q, has none of the words %s", id, s.Examples[n], s.Lemmas())
	}
	return text, nil
}

// Domain names a part of WordNet to make a data set of.
type Domain struct {
	Part  string // verbs, nouns, adjectives, adverbs, artifacts, or a lexicographer file such as "noun.food" or "verb.motion"
	Train int    // train queries; 0 takes all that are left by Test
	Test  int    // test queries; 0 takes a fifth of all
	Seed  int64  // of the draw
}

// Dataset makes a data set of a domain: its items are all senses in the order of
// WordNet, its queries are drawn at random from all examples that show their
// sense's word. It has no dual-encoder vectors yet; see Dataset.Embed.
func (w *WordNet) Dataset(dom Domain) (*Dataset, error) {
	fail := func(err error) (*Dataset, error) {
		return nil, fmt.Errorf("workbench: WordNet domain %q: %w", dom.Part, err)
	}
	d := &Dataset{Name: dom.Part, golds: true}
	if err := w.addPart(d, dom.Part); err != nil {
		return fail(err)
	}
	if dom.Test == 0 {
		dom.Test = (len(d.Queries) + 4) / 5
	}
	if dom.Train == 0 {
		dom.Train = len(d.Queries) - dom.Test
	}
	if dom.Train < 0 || dom.Test < 0 || dom.Train+dom.Test > len(d.Queries) {
		return fail(fmt.Errorf("%d train and %d test queries of %d", dom.Train, dom.Test, len(d.Queries)))
	}
	rng := rand.New(rand.NewPCG(uint64(dom.Seed), 0))
	rng.Shuffle(len(d.Queries), func(i, j int) { d.Queries[i], d.Queries[j] = d.Queries[j], d.Queries[i] })
	d.Queries = slices.Clip(d.Queries[:dom.Train+dom.Test])
	for i := range d.Queries {
		if i < dom.Train {
			d.Train = append(d.Train, i)
		} else {
			d.Test = append(d.Test, i)
		}
	}
	return d, nil
}

// addPart adds the senses of a part and their marked examples.
func (w *WordNet) addPart(d *Dataset, part string) error {
	prefix, ok := map[string]string{"verbs": "verb.", "nouns": "noun.", "adjectives": "adj.", "adverbs": "adv.", "artifacts": "noun.artifact"}[part]
	if !ok && !slices.Contains(wordnet.Parts, part) {
		return errors.New("no such part: verbs, nouns, adjectives, adverbs, artifacts, " + strings.Join(wordnet.Parts, ", "))
	}
	prefix = cmp.Or(prefix, part)
	speech, _, _ := strings.Cut(prefix, ".")
	f, err := w.files[speech]()
	if err != nil {
		return err
	}
	for i := range f.Synsets {
		if s := &f.Synsets[i]; strings.HasPrefix(s.Part, prefix) {
			addSense(d, f, s)
		}
	}
	return nil
}

func addSense(d *Dataset, f *wordnet.File, s *wordnet.Synset) {
	gold := len(d.Items)
	d.Items = append(d.Items, Item{ID: s.ID, Lemmas: s.Lemmas(), Text: s.Text()})
	for n, example := range s.Examples {
		if text, ok := f.Mark(s, example); ok {
			d.Queries = append(d.Queries, Query{ID: fmt.Sprintf("%s:%d", s.ID, n), Text: text, Gold: gold})
		}
	}
}
