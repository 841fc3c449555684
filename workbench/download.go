package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/hf"
)

// DownloadModel fetches a model of the Hugging Face hub by its name, such as
// "cross-encoder/ms-marco-MiniLM-L6-v2", and returns the folder to open. Files
// lie in the cache that Python's huggingface_hub uses too and are fetched once;
// the hub is asked for its newest version every time, so keep the folder's name
// where there may be no network. $HF_TOKEN opens models that need a key.
func DownloadModel(ctx context.Context, name string) (dir string, err error) {
	var m *meter
	at := 0
	dir, err = hf.Download(ctx, name, func(done, total int64) {
		if total == 0 {
			return // the hub has not answered yet, or does not say
		}
		if m == nil {
			m = startProgress(ctx, "download "+name, "kB", int(total/1000))
		}
		m.add(int(done/1000) - at)
		at = int(done / 1000)
	})
	m.end()
	if err != nil {
		return "", fmt.Errorf("workbench: %w", err)
	}
	return dir, nil
}
