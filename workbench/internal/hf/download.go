package hf

import (
	"context"
	"crypto/sha1"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gomlx/go-huggingface/hub"

	"axn/workbench/internal/safetensors"
)

// wanted are the files that Open reads, wherever they lie in a repository.
var wanted = append([]string{"config.json", "modules.json", "model.safetensors", "vocab.txt", "tokenizer.json", "tokenizer_config.json",
	"special_tokens_map.json", "added_tokens.json", "config_sentence_transformers.json"}, sentenceFiles...)

var repositoryName = regexp.MustCompile(`^[\w-][\w.-]*/[\w-][\w.-]*$`)

// Download fetches the newest version of a model of the Hugging Face hub ("owner/name") into the
// cache that Python's huggingface_hub uses too, and returns its folder. What is already there is
// not fetched again. $HF_TOKEN, when set, is sent for models that need it; $HF_ENDPOINT names
// another hub.
//
// progress, if not nil, is called about ten times a second with the bytes on disk and the bytes of
// the weights, 0 when the hub does not say. When ctx ends Download returns at once; the file
// under way is finished in the background, so that a later call finds it.
func Download(ctx context.Context, name string, progress func(done, total int64)) (dir string, err error) {
	if !repositoryName.MatchString(name) {
		return "", fmt.Errorf("download: %q is not of the form owner/name", name)
	}
	d := &download{repo: hub.New(name).WithAuth(os.Getenv("HF_TOKEN"))}
	d.repo.Verbosity = 0
	d.blobs = filepath.Join(hub.DefaultCacheDir(), "models--"+strings.ReplaceAll(name, "/", "--"), "blobs")
	finished := make(chan error, 1)
	go func() { finished <- d.fetch(ctx) }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("download %s: %w", name, ctx.Err())
		case err := <-finished:
			if err != nil {
				return "", fmt.Errorf("download %s: %w", name, err)
			}
			return d.dir, nil
		case <-tick.C:
			if progress != nil {
				progress(d.size())
			}
		}
	}
}

type download struct {
	repo  *hub.Repo
	blobs string // where the hub package stores file contents
	dir   string // the snapshot
	total atomic.Int64
}

// fetch gets the wanted files one after the other and checks each.
func (d *download) fetch(ctx context.Context) error {
	var names []string
	for name, err := range d.repo.IterFileNames() {
		if err != nil {
			return err
		}
		if slices.Contains(wanted, path.Base(name)) && strings.Count(name, "/") < 2 {
			names = append(names, name)
		}
	}
	if !slices.Contains(names, "config.json") && !slices.Contains(names, "modules.json") {
		return fmt.Errorf("%w: the repository has no config.json", ErrUnsupported)
	}
	d.total.Store(weightBytes(d.repo.Info()))
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		file, err := d.repo.DownloadFile(name)
		if err != nil {
			return err
		}
		if err := checkDownload(file); err != nil {
			return errors.Join(fmt.Errorf("%s arrived damaged: %w", name, err), discard(file))
		}
		d.dir = strings.TrimSuffix(filepath.ToSlash(file), "/"+name)
	}
	return nil
}

// checkDownload finds a file cut short, which the hub package does not notice: by the git hash
// that names its content, and else by its format.
func checkDownload(file string) error {
	if filepath.Base(file) == "model.safetensors" {
		f, err := safetensors.Open(file)
		if err != nil {
			return err
		}
		return f.Close()
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	blob, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	if etag := filepath.Base(blob); len(etag) == 2*sha1.Size {
		if sum := fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))); sum != etag {
			return fmt.Errorf("git hash %s, want %s", sum, etag)
		}
	}
	if filepath.Ext(file) == ".json" && !json.Valid(content) {
		return errors.New("not valid JSON")
	}
	return nil
}

// discard removes a file of the cache and its content.
func discard(file string) error {
	blob, err := filepath.EvalSymlinks(file)
	return errors.Join(err, os.Remove(blob), os.Remove(file))
}

// size adds up what is on disk, and gives what the weights need.
func (d *download) size() (done, total int64) {
	entries, _ := os.ReadDir(d.blobs) // not there yet at first
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			done += info.Size()
		}
	}
	return done, d.total.Load()
}

// weightBytes is the size of the weights by the hub's count of parameters of each type.
func weightBytes(info *hub.RepoInfo) (n int64) {
	for typ, count := range info.SafeTensors.Parameters {
		n += int64(count * safetensors.TypeSize(typ))
	}
	return n
}
