package workbench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDownloadModel fetches from a hub that answers slowly enough for progress to be seen.
func TestDownloadModel(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			w.Write([]byte(`{"sha":"12ab","siblings":[{"rfilename":"config.json"}],"safetensors":{"parameters":{"F32":1000}}}`))
			return
		}
		w.Header().Set("ETag", `"config"`)
		if r.Method == http.MethodGet {
			time.Sleep(3 * progressPause)
			w.Write([]byte(`{}`))
		}
	}))
	defer server.Close()
	t.Setenv("HF_ENDPOINT", server.URL)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var last Progress
	ctx := WithProgress(t.Context(), func(p Progress) { last = p })
	dir, err := DownloadModel(ctx, "someone/model")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "config.json")); err != nil || string(b) != "{}" {
		t.Errorf("%q, %v", b, err)
	}
	if !last.Final || last.Task != "download someone/model" || last.Total != 4 {
		t.Errorf("last report %+v", last)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := DownloadModel(ctx, "someone/model"); err == nil || !strings.HasPrefix(err.Error(), "workbench: download someone/model: ") {
		t.Errorf("cancelled: %v", err)
	}
}
