// Command axnbeam runs the workbench's large jobs as Apache Beam pipelines. Run it
// without arguments for its usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"time"

	beamlog "github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"axn/workbench"
	"axn/workbench/beam"
)

const usage = `axnbeam COMMAND [flags]

  score  -dataset DIR -scorer S -cache DIR -out FILE [sampling]   observe scores
  truth  -dataset DIR -scorer S -cache DIR -out FILE -k N         exact neighbours of the test queries
  embed  -dataset DIR -model DIR [-out DIR] [-half]               dual-encoder vectors of all texts
  read   -dataset DIR -model DIR [-out DIR] [-half] [-width N]    what a cross-encoder makes of each item alone
  fit    -dataset DIR -scores FILE -out FILE [-parts N]           a Calibrated index
  worker -port N                                                  a worker for fit -workers

Scorers: table (the folder's ce_scores.npy), ce:FOLDER (a cross-encoder on each
worker), http://HOST:PORT (a rerank server; several with commas between are replicas).
Paths must be seen by all workers.

Runners: prism in this process by default. A job service elsewhere (a standalone
prism, Flink's or Spark's job server):
  --runner=universal --endpoint=HOST:PORT --environment_type=LOOPBACK
  --endpoint=HOST:PORT -workers localhost:N,localhost:M           a fit by workers of a standalone prism

Flags, the SDK's among them:
`

func main() {
	command, args := "", os.Args[1:]
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // a worker is started with flags only
		command, args = args[0], args[1:]
	}
	flag.Usage = func() {
		fmt.Fprint(os.Stderr, usage)
		flag.PrintDefaults()
	}
	o := define()
	flag.CommandLine.Parse(args)
	beam.Init()
	if o.level == "" {
		slog.SetDefault(slog.New(slog.DiscardHandler))
	} else {
		beamlog.SetupLogging(o.level, "text")
	}
	run, ok := map[string]func(context.Context) (fmt.Stringer, error){"score": o.score, "truth": o.truth, "embed": o.embed, "read": o.read, "fit": o.fit, "worker": o.worker}[command]
	if !ok || flag.NArg() > 0 {
		flag.Usage()
		switch {
		case flag.NArg() > 0:
			fmt.Fprintf(os.Stderr, "\naxnbeam: %q is no flag\n", flag.Arg(0))
		case command != "":
			fmt.Fprintf(os.Stderr, "\naxnbeam: no command %q\n", command)
		}
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	begin := time.Now()
	made, err := run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "axnbeam:", err)
		os.Exit(1)
	}
	fmt.Printf("%v, %.2f s\n", made, time.Since(begin).Seconds())
}

// options are the flags of all commands.
type options struct {
	corpus             beam.Corpus
	scoring            beam.Scoring
	sampling           workbench.Sampling
	view               workbench.ViewOptions
	k, parts, port     int
	out, model, scores string
	work, level        string
	workers            string
	half               bool
}

func define() *options {
	o := new(options)
	flag.StringVar(&o.corpus.Dir, "dataset", "", "folder of the data set")
	flag.BoolVar(&o.corpus.WordNet, "wordnet", false, "take the texts from the installed WordNet")
	flag.StringVar(&o.scoring.Scorer, "scorer", "table", "what scores pairs")
	flag.StringVar(&o.scoring.Cache, "cache", "", "folder of the score caches; a job that was killed goes on from them")
	flag.IntVar(&o.scoring.Grid.Queries, "query_cells", 16, "score: parts of the queries that are scored apart")
	flag.IntVar(&o.scoring.Grid.Items, "item_cells", 1, "score, truth: parts of the items that are scored apart")
	flag.IntVar(&o.scoring.Batch, "batch", 0, "score: pairs between two emissions (default 2048)")
	flag.IntVar(&o.scoring.Tries, "tries", 0, "score, truth: tries of a batch (default 2)")
	flag.DurationVar(&o.scoring.Pause, "pause", 0, "score, truth: before the second try, then doubled (default 1s)")
	flag.IntVar(&o.sampling.Queries, "queries", 0, "score: train queries (default all)")
	flag.IntVar(&o.sampling.PerQuery, "per_query", 0, "score: the dual encoder's top items for each")
	flag.IntVar(&o.sampling.Random, "random", 0, "score: random items for each")
	flag.IntVar(&o.sampling.PerItem, "per_item", 0, "score: random queries for each item")
	flag.BoolVar(&o.sampling.Dense, "dense", false, "score: every item for each")
	flag.Int64Var(&o.sampling.Seed, "seed", 0, "score: draws the random entries")
	flag.IntVar(&o.k, "k", 100, "truth: neighbours of a query")
	flag.StringVar(&o.model, "model", "", "embed, read: folder of the dual encoder, the cross-encoder")
	flag.BoolVar(&o.half, "half", false, "embed, read: float16 instead of float32")
	flag.IntVar(&o.view.Width, "width", 0, "read: directions kept (default 128)")
	flag.StringVar(&o.scores, "scores", "", "fit: file of the observed scores")
	flag.StringVar(&o.work, "work", "", "fit: folder for what workers and driver hand over (default the index's)")
	flag.IntVar(&o.parts, "parts", 8, "fit: parts of the rows")
	flag.StringVar(&o.workers, "workers", "", "fit: addresses of workers, with commas between; when one is lost, the others go on")
	flag.IntVar(&o.port, "port", 0, "worker: where it serves on this machine")
	flag.StringVar(&o.out, "out", "", "file, or folder of embed and read (default the data set's), to write")
	flag.StringVar(&o.level, "log", "", "what runner and workers log here: debug, info, warn or error (default nothing)")
	return o
}

// needs returns an error for the first flag, given as name and value, that is empty.
func needs(flags ...string) error {
	for i := 0; i < len(flags); i += 2 {
		if flags[i+1] == "" {
			return fmt.Errorf("it needs -%s", flags[i])
		}
	}
	return nil
}

func (o *options) score(ctx context.Context) (fmt.Stringer, error) {
	if err := needs("dataset", o.corpus.Dir, "out", o.out); err != nil {
		return nil, err
	}
	if sm := o.sampling; sm.PerQuery+sm.Random+sm.PerItem == 0 && !sm.Dense {
		return nil, errors.New("it needs -random, -per_query, -per_item or -dense: which pairs to score")
	}
	if err := beam.Score(ctx, beam.ScoreJob{Corpus: o.corpus, Scoring: o.scoring, Sampling: o.sampling, Out: o.out}); err != nil {
		return nil, err
	}
	return workbench.OpenScores(o.out)
}

func (o *options) truth(ctx context.Context) (fmt.Stringer, error) {
	if err := needs("dataset", o.corpus.Dir, "out", o.out); err != nil {
		return nil, err
	}
	err := beam.Truth(ctx, beam.TruthJob{Corpus: o.corpus, Scoring: o.scoring, K: o.k, Out: o.out})
	return written(o.out), err
}

func (o *options) embed(ctx context.Context) (fmt.Stringer, error) {
	if err := needs("dataset", o.corpus.Dir, "model", o.model); err != nil {
		return nil, err
	}
	err := beam.Embed(ctx, beam.EmbedJob{Corpus: o.corpus, Model: o.model, Out: o.out, Half: o.half})
	return written("vectors"), err
}

func (o *options) read(ctx context.Context) (fmt.Stringer, error) {
	if err := needs("dataset", o.corpus.Dir, "model", o.model); err != nil {
		return nil, err
	}
	return beam.Read(ctx, beam.ReadJob{Corpus: o.corpus, Model: o.model, View: o.view, Out: o.out, Half: o.half})
}

func (o *options) fit(ctx context.Context) (fmt.Stringer, error) {
	if err := needs("dataset", o.corpus.Dir, "scores", o.scores, "out", o.out); err != nil {
		return nil, err
	}
	var workers []string
	if o.workers != "" {
		workers = strings.Split(o.workers, ",")
	}
	return beam.Fit(ctx, beam.FitJob{Corpus: o.corpus, Scores: o.scores, Work: o.work, Parts: o.parts, Out: o.out, Workers: workers})
}

func (o *options) worker(ctx context.Context) (fmt.Stringer, error) {
	if o.port <= 0 {
		return nil, errors.New("it needs -port")
	}
	return written("nothing"), beam.ServeWorker(ctx, o.port)
}

// written names what was written.
type written string

func (w written) String() string { return string(w) + " written" }
