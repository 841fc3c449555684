package hf

import (
	"context"
	"crypto/sha1"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeHub serves a folder as the repository someone/model, in the hub's two URL shapes.
type fakeHub struct {
	dir   string
	cut   string        // a file of which half is sent before the connection breaks
	hold  chan struct{} // if set, file contents wait for it
	mu    sync.Mutex
	auth  string
	count map[string]int // contents sent, by file name
}

func (h *fakeHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.auth = r.Header.Get("Authorization")
	if r.URL.Path == "/api/models/someone/model/revision/main" {
		json.NewEncoder(w).Encode(object{"sha": "0123abcd", "siblings": h.siblings(), "safetensors": object{"parameters": object{"F32": 100, "I64": 2}}})
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/someone/model/resolve/0123abcd/")
	content, err := os.ReadFile(filepath.Join(h.dir, name))
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	etag := fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content)))
	if name == "model.safetensors" {
		etag = "large-" + etag
	}
	w.Header().Set("ETag", `"`+etag+`"`)
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	if r.Method == http.MethodHead {
		return
	}
	if h.hold != nil {
		<-h.hold
	}
	if h.count[name]++; name == h.cut {
		content = content[:len(content)/2]
	}
	w.Write(content)
}

func (h *fakeHub) siblings() (list []object) {
	filepath.WalkDir(h.dir, func(path string, e os.DirEntry, err error) error {
		if name, _ := filepath.Rel(h.dir, path); err == nil && !e.IsDir() {
			list = append(list, object{"rfilename": filepath.ToSlash(name)})
		}
		return err
	})
	return list
}

func startHub(t *testing.T, f folder) *fakeHub {
	h := &fakeHub{dir: f.write(t), count: map[string]int{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Setenv("HF_ENDPOINT", server.URL)
	t.Setenv("HF_TOKEN", "secret")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	return h
}

func TestDownload(t *testing.T) {
	h := startHub(t, dual().file("README.md", "not needed").file("onnx/deep/config.json", "{}"))
	for range 2 {
		dir, err := Download(t.Context(), "someone/model", nil)
		if err != nil {
			t.Fatal(err)
		}
		m, err := OpenDualEncoder(dir)
		if err != nil || m.Top.Poolings[0] != PoolCLS {
			t.Fatal(m, err)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.count) != 6 || h.count["model.safetensors"] != 1 || h.count["1_Pooling/config.json"] != 1 || h.auth != "Bearer secret" {
		t.Errorf("sent %v, authorization %q", h.count, h.auth)
	}
}

// TestDownloadCut breaks the connection within a file: an error, nothing kept, and the next call
// fetches it again.
func TestDownloadCut(t *testing.T) {
	for _, name := range []string{"vocab.txt", "model.safetensors"} {
		h := startHub(t, bert())
		h.cut = name
		if _, err := Download(t.Context(), "someone/model", nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s cut short: error %v", name, err)
		}
		h.mu.Lock()
		h.cut = ""
		h.mu.Unlock()
		dir, err := Download(t.Context(), "someone/model", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenCrossEncoder(dir); err != nil {
			t.Errorf("%s, second time: %v", name, err)
		}
	}
}

func TestDownloadProgressAndInterrupt(t *testing.T) {
	h := startHub(t, bert())
	h.hold = make(chan struct{})
	ctx, cancel := context.WithCancelCause(t.Context())
	begin := time.Now()
	_, err := Download(ctx, "someone/model", func(done, total int64) {
		if total == 416 {
			cancel(nil)
		}
	})
	if !errors.Is(err, context.Canceled) || time.Since(begin) > time.Minute {
		t.Errorf("error %v after %v", err, time.Since(begin))
	}
	close(h.hold)
	if _, err := Download(t.Context(), "someone/model", nil); err != nil {
		t.Error(err)
	}
}

func TestDownloadErrors(t *testing.T) {
	h := startHub(t, folder{files: object{"pytorch_model.bin": "x"}})
	for name, want := range map[string]string{
		"model": "owner/name", "../model": "owner/name", "a/b/c": "owner/name", "someone/model": "no config.json", "someone/absent": "404",
	} {
		if _, err := Download(t.Context(), name, nil); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if len(h.count) > 0 {
		t.Errorf("sent %v", h.count)
	}
}
