package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/serving"
)

// settings are what flags and a file of settings say.
type settings struct {
	Listen       string
	Data         string
	Index        string
	Map          bool
	WordNet      string
	CrossEncoder string
	Precision    string
	Fast         string
	FastIn       string
	Again        int
	DualEncoder  string
	Budget       int
	MaxBudget    int
	K            int
	Rounds       int
	Probe        float64
	Searches     int
	Timeout      duration
	Watch        duration
	Drain        duration
	Grace        duration
}

// duration is one that JSON holds as text, such as "30s".
type duration time.Duration

func (d duration) String() string { return time.Duration(d).String() }

// Set reads the text of a flag or of a file of settings.
func (d *duration) Set(text string) error {
	v, err := time.ParseDuration(text)
	*d = duration(v)
	return err
}

// errUsage says that the usage was shown.
var errUsage = errors.New("usage")

// parse reads the command line and the file of settings that it may name; what both say is
// taken from the command line.
func parse(args []string, out io.Writer) (*settings, error) {
	s := &settings{Listen: "localhost:8080", Budget: 200, K: 10, Searches: 256, Timeout: duration(time.Minute), Watch: duration(2 * time.Second), Grace: duration(30 * time.Second)}
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	f.SetOutput(out)
	file := f.String("settings", "", "JSON `FILE` with any of these flags by name, durations as text; flags given here count")
	f.StringVar(&s.Listen, "listen", s.Listen, "`ADDRESS` to listen at")
	f.StringVar(&s.Data, "data", s.Data, "dataset or BEIR `FOLDER` with the items' texts")
	f.StringVar(&s.Index, "index", s.Index, "`FILE` that Index.Save wrote; without one an index is made from the folder's vectors and views alone")
	f.BoolVar(&s.Map, "map", s.Map, "map the index instead of reading it: replace the file by renaming another to it, never write into it")
	f.StringVar(&s.WordNet, "wordnet", s.WordNet, "WordNet `FOLDER` for the texts of a data set of senses")
	f.StringVar(&s.CrossEncoder, "cross-encoder", s.CrossEncoder, "`FOLDER` of a model, or the URLs of rerank servers with commas between")
	f.StringVar(&s.Precision, "precision", s.Precision, "`PRECISION` that the folder's model computes in: float32, int8, or auto, which takes int8 where it is faster here and passes its gate")
	f.StringVar(&s.Fast, "fast", s.Fast, "`FOLDER` or URLs of a cross-encoder for the rounds; -cross-encoder scores the best of them again. May be the same folder")
	f.StringVar(&s.FastIn, "fast-precision", s.FastIn, "as -precision, for -fast")
	f.IntVar(&s.Again, "again", s.Again, "`ITEMS` of a search that -cross-encoder scores again after -fast; 0 is twice k")
	f.StringVar(&s.DualEncoder, "dual-encoder", s.DualEncoder, "`FOLDER` of the model that made the index's vectors; without one requests must bring vectors")
	f.IntVar(&s.Budget, "budget", s.Budget, "cross-encoder `CALLS` a search, unless its request says otherwise")
	f.IntVar(&s.MaxBudget, "max-budget", s.MaxBudget, "most `CALLS` that a request may ask for; 0 is ten times the budget")
	f.IntVar(&s.K, "k", s.K, "`ITEMS` found, unless a request says otherwise")
	f.IntVar(&s.Rounds, "rounds", s.Rounds, "`ROUNDS` of a search; 0 is the method's own")
	f.Float64Var(&s.Probe, "probe", s.Probe, "`SHARE` of the items that a round looks at, by the index's inverted lists; 0 leaves it to the index, 1 is all")
	f.IntVar(&s.Searches, "searches", s.Searches, "most searches at a time; more are answered 429")
	f.Var(&s.Timeout, "timeout", "`TIME` that a search may take")
	f.Var(&s.Watch, "watch", "`TIME` from one look at the files to the next; 0s does not look")
	f.Var(&s.Drain, "drain", "`TIME` to go on as before at the end, after /healthz has begun to say so")
	f.Var(&s.Grace, "grace", "`TIME` that searches under way have at the end")
	if err := f.Parse(args); err != nil {
		return nil, errUsage
	}
	if *file != "" {
		if err := read(*file, f); err != nil {
			return nil, fmt.Errorf("settings %s: %w", *file, err)
		}
	}
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("%q is no flag: see -h", f.Arg(0))
	case s.Data == "":
		return nil, errors.New("-data is missing: the folder with the items' texts")
	case !there(s.Data):
		return nil, fmt.Errorf("-data %s: there is no such folder: it holds the items' texts, as items.tsv or corpus.jsonl", s.Data)
	case s.Index != "" && !there(s.Index):
		return nil, fmt.Errorf("-index %s: there is no such file: Index.Save writes one, and without -index one is made from the folder's vectors and views", s.Index)
	case s.CrossEncoder == "":
		return nil, errors.New("-cross-encoder is missing: the folder of a model or the URL of a rerank server")
	case s.Fast == "" && (s.FastIn != "" || s.Again != 0):
		return nil, errors.New("-fast-precision and -again are for -fast, which is missing")
	}
	return s, nil
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// read sets the flags that a file of settings names and the command line does not.
func read(path string, f *flag.FlagSet) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	said, err := object(data)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	for _, name := range slices.Sorted(maps.Keys(said)) {
		if f.Lookup(name) == nil || name == "settings" {
			var known []string
			f.VisitAll(func(g *flag.Flag) { known = append(known, g.Name) })
			known = slices.DeleteFunc(known, func(n string) bool { return n == "settings" })
			return fmt.Errorf("there is no setting %q, only %s", name, strings.Join(known, ", "))
		}
		switch said[name].(type) {
		case string, json.Number, bool:
		default:
			return fmt.Errorf("%s: a text, a number, true or false is wanted, not %v", name, said[name])
		}
		if given[name] {
			continue
		}
		if err := f.Set(name, fmt.Sprint(said[name])); err != nil {
			_, what := flag.UnquoteUsage(f.Lookup(name))
			return fmt.Errorf("%s: %v does not do (%w): it is the %s", name, said[name], err, what)
		}
	}
	return nil
}

// object reads the one JSON object that a file holds.
func object(data []byte) (said map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	line := func(at int64) int { return 1 + bytes.Count(data[:at], []byte("\n")) }
	const example = `{"data": "FOLDER", "cross-encoder": "FOLDER", "budget": 200, "timeout": "30s"}`
	err = d.Decode(&said)
	var syntax *json.SyntaxError
	switch {
	case err == io.EOF:
		return nil, fmt.Errorf("the file is empty: write an object like %s", example)
	case err == io.ErrUnexpectedEOF:
		return nil, fmt.Errorf("the file ends in line %d, before its object does: if it was cut off, write it again, up to the closing }", line(int64(len(data))))
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("line %d is no JSON: %w: write an object like %s", line(max(syntax.Offset-1, 0)), err, example)
	case err != nil || said == nil:
		return nil, fmt.Errorf("the file holds no object: write one like %s", example)
	}
	end := d.InputOffset()
	if rest := bytes.TrimSpace(data[end:]); len(rest) > 0 {
		return nil, fmt.Errorf("line %d: more follows after the object, which is all that the file may hold", line(int64(len(data)-len(bytes.TrimLeft(data[end:], " \t\r\n")))))
	}
	return said, nil
}

func (s *settings) options() serving.Options {
	return serving.Options{
		Search: workbench.SearchOptions{Budget: s.Budget, K: s.K, Rounds: s.Rounds, Probe: s.Probe},
		Again:  s.Again, MaxBudget: s.MaxBudget, MaxSearches: s.Searches, Timeout: time.Duration(s.Timeout),
	}
}

// models are opened once.
type models struct {
	encoder      workbench.Embedder
	scorer, fast workbench.TextScorer
}

func (s *settings) models() (m models, err error) {
	if m.scorer, err = openScorer(s.CrossEncoder, s.Precision); err != nil {
		return m, err
	}
	if s.Fast != "" {
		if m.fast, err = openScorer(s.Fast, s.FastIn); err != nil {
			return m, err
		}
	}
	if s.DualEncoder == "" {
		return m, nil
	}
	encoder, err := workbench.OpenDualEncoder(s.DualEncoder)
	if err != nil {
		return m, err
	}
	m.encoder = encoder
	return m, nil
}

// openScorer opens a cross-encoder: a folder in a precision, or servers.
func openScorer(at, precision string) (workbench.TextScorer, error) {
	urls := strings.Split(at, ",")
	if !strings.Contains(urls[0], "://") {
		return workbench.OpenCrossEncoderWith(at, workbench.EncoderOptions{Precision: precision})
	}
	if precision != "" {
		return nil, fmt.Errorf("precision %s is for a model's folder: %s computes as it was told", precision, urls[0])
	}
	return &workbench.RerankClient{URL: urls[0], Replicas: urls[1:]}, nil
}

// open opens texts and index as they are now.
func (s *settings) open(ctx context.Context, m models) (serving.Corpus, error) {
	c := serving.Corpus{Encoder: m.encoder, Scorer: m.scorer, Fast: m.fast}
	var err error
	if c.Dataset, err = s.dataset(); err != nil {
		return c, err
	}
	switch {
	case s.Index == "" && c.Dataset.DE.Items == nil && m.encoder == nil:
		return c, fmt.Errorf("%s has texts only: give an -index, or the -dual-encoder to make one", s.Data)
	case s.Index == "" && c.Dataset.DE.Items == nil:
		if err := c.Dataset.Embed(ctx, m.encoder); err != nil {
			return c, err
		}
		fallthrough
	case s.Index == "":
		c.Index, err = workbench.Factorize(ctx, c.Dataset, nil, workbench.FactorizeOptions{})
	case s.Map:
		c.Index, err = workbench.MapIndex(s.Index)
	default:
		c.Index, err = workbench.OpenIndex(s.Index)
	}
	c.Retired = func() {
		if err := c.Index.Close(); err != nil {
			log.Print(err)
		}
	}
	return c, err
}

// dataset opens the texts, and the vectors where the index is to be made from them.
func (s *settings) dataset() (d *workbench.Dataset, err error) {
	switch _, beir := os.Stat(filepath.Join(s.Data, "corpus.jsonl")); {
	case beir == nil:
		d, err = workbench.OpenBEIR(s.Data)
	case s.Index == "":
		d, err = workbench.OpenDataset(s.Data)
	default:
		d, err = workbench.OpenTexts(s.Data)
	}
	if err != nil || s.WordNet == "" {
		return d, err
	}
	w, err := workbench.OpenWordNet(s.WordNet)
	if err != nil {
		return nil, err
	}
	return d, w.FillTexts(d)
}

// stamp says which files are there: it changes when one of them does.
func (s *settings) stamp() string {
	var b strings.Builder
	note := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		}
	}
	filepath.WalkDir(s.Data, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			note(path)
		}
		return nil
	})
	if s.Index != "" {
		note(s.Index)
	}
	return b.String()
}

// watch calls changed when the files are not what they were in seen, and have not changed
// since the last look.
func (s *settings) watch(ctx context.Context, seen string, changed func(context.Context)) {
	if s.Watch <= 0 {
		return
	}
	before := seen
	for t := time.NewTicker(time.Duration(s.Watch)); ; {
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		now := s.stamp()
		if now != seen && now == before {
			seen = now
			changed(ctx)
		}
		before = now
	}
}
