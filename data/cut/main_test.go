package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Every data file stands in the README with its checksum, and no other does.
func TestReadmeChecksums(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` .* `([0-9a-f]{64})` \\|$").FindAllStringSubmatch(string(readme), -1) {
		want[m[1]] = m[2]
	}
	for _, top := range []string{"verbs", "models"} {
		err := fs.WalkDir(os.DirFS(".."), top, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := os.ReadFile(filepath.Join("..", path))
			if err != nil {
				return err
			}
			if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != want[path] {
				t.Errorf("%s: sha256 %x, README says %q", path, sum, want[path])
			}
			delete(want, path)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(want) > 0 {
		t.Errorf("in the README, not in the folder: %v", want)
	}
}
