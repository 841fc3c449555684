package beam

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"axn/workbench"
)

// Scoring says what scores pairs, and how carefully.
type Scoring struct {
	// Scorer names the cross-encoder: "table" looks scores up in the data set's
	// ce_scores.npy; "ce:FOLDER" is a cross-encoder on each worker; an http or https
	// URL is a rerank server, several with commas between are replicas of one, asked
	// by a RerankClient; any other "NAME:ADDRESS" is what RegisterScorer knows.
	Scorer string
	// Cache is a folder for score caches, one file for each cell of the grid: no
	// pair that it holds is scored again, also after the job was killed. "" keeps
	// none, which only a table does not need.
	Cache string
	Grid  Grid          // the parts that are scored apart
	Batch int           // pairs between two emissions; 0 is 2048
	Tries int           // of a batch; 0 is 2. A RerankClient's own tries come on top
	Pause time.Duration // before the second try, doubled for each further one; 0 is a second
}

// OpenScorer opens a scorer at an address; it is called once a worker process.
type OpenScorer func(address string) (workbench.TextScorer, error)

var (
	openersMu sync.Mutex
	openers   = map[string]OpenScorer{
		"ce": func(dir string) (workbench.TextScorer, error) { return workbench.OpenCrossEncoder(dir) },
	}
	scorers kept[workbench.TextScorer]
	tables  kept[workbench.Scorer]
)

// served says whether the scorer is a rerank server.
func (s Scoring) served() bool {
	return strings.HasPrefix(s.Scorer, "http://") || strings.HasPrefix(s.Scorer, "https://")
}

// rerank is a client of one or several servers. Each cell has its own: cells are
// scored side by side, and a client that many share asks a dead server ever less
// often, so that each of them would wait for the others' tries.
func rerank(urls string) *workbench.RerankClient {
	list := strings.Split(urls, ",")
	return &workbench.RerankClient{URL: list[0], Replicas: list[1:]}
}

// RegisterScorer makes "name:ADDRESS" a scorer. Call it from an init function, so
// that workers know it, too.
func RegisterScorer(name string, open OpenScorer) {
	openersMu.Lock()
	defer openersMu.Unlock()
	openers[name] = open
}

// table is the Scorer that looks up.
const table = "table"

// opener finds what opens the scorer.
func (s Scoring) opener() (open OpenScorer, address string, err error) {
	name, address, _ := strings.Cut(s.Scorer, ":")
	openersMu.Lock()
	defer openersMu.Unlock()
	open, ok := openers[name]
	if !ok {
		return nil, "", fmt.Errorf("no scorer %q: table, ce:FOLDER, a URL or one of RegisterScorer", s.Scorer)
	}
	return open, address, nil
}

// check makes the cache folder and refuses what cannot be scored.
func (s Scoring) check() error {
	if s.Grid.Queries < 0 || s.Grid.Items < 0 || s.Batch < 0 || s.Tries < 0 || s.Pause < 0 {
		return fmt.Errorf("grid %v, batch %d, tries %d, pause %v: none can be negative", s.Grid, s.Batch, s.Tries, s.Pause)
	}
	if s.Scorer == table {
		return nil
	}
	if _, _, err := s.opener(); err != nil && !s.served() {
		return err
	}
	if s.Cache == "" {
		return nil
	}
	return s.checkCache()
}

// checkCache refuses a folder whose files were cut by another grid, since what
// they hold would be scored again.
func (s Scoring) checkCache() error {
	if err := os.MkdirAll(s.Cache, 0o755); err != nil {
		return err
	}
	found, err := fs.Glob(os.DirFS(s.Cache), "cell-*-of-*.cache") // whatever characters the folder's name has
	if err != nil {
		return err
	}
	for _, name := range found {
		if !strings.HasSuffix(name, s.suffix()) {
			return fmt.Errorf("%s was written for another grid than %d×%d: use that grid, or another cache folder", filepath.Join(s.Cache, name), s.Grid.queries(), s.Grid.items())
		}
	}
	return nil
}

func (s Scoring) suffix() string {
	return fmt.Sprintf("-of-%dx%d.cache", s.Grid.queries(), s.Grid.items())
}

// open opens the scorer for one cell. The cell's cache file has one writer at a
// time, in whatever process: another one that still holds it is waited for.
func (s Scoring) open(ctx context.Context, d *workbench.Dataset, cell int) (workbench.Scorer, func() error, error) {
	if s.Scorer == table {
		scores, err := tables.get(d.Dir, d.Scorer)
		return scores, func() error { return nil }, err
	}
	ts, err := s.textScorer()
	if err != nil {
		return nil, nil, err
	}
	if s.Cache == "" {
		return workbench.NewScorer(ts, d), func() error { return nil }, nil
	}
	if _, ok := ts.(workbench.Fingerprinter); !ok {
		ts = workbench.Named(s.Scorer, ts)
	}
	var cache *workbench.Cache
	err = s.retry(ctx, func() (err error) {
		cache, err = workbench.Cached(ts, filepath.Join(s.Cache, fmt.Sprintf("cell-%04d%s", cell, s.suffix())))
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return workbench.NewScorer(cache, d), cache.Close, nil
}

// textScorer opens what is not a table: a client, or once a process what is heavy.
func (s Scoring) textScorer() (workbench.TextScorer, error) {
	if s.served() {
		return rerank(s.Scorer), nil
	}
	open, address, err := s.opener()
	if err != nil {
		return nil, err
	}
	return scorers.get(s.Scorer, func() (workbench.TextScorer, error) { return open(address) })
}

// retry is retry with the job's settings.
func (s Scoring) retry(ctx context.Context, do func() error) error {
	tries, pause := s.Tries, s.Pause
	if tries == 0 {
		tries = 2
	}
	if pause == 0 {
		pause = time.Second
	}
	return retry(ctx, tries, pause, do)
}

func (s Scoring) batch() int {
	if s.Batch == 0 {
		return 2048
	}
	return s.Batch
}
