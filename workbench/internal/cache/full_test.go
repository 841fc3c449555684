//go:build linux

package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk lets a child process fill a file up to a limit on its size, which the system answers
// as it answers a full disk: with an error on writing. What was stored before stays, and more can be
// stored once there is room.
func TestFullDisk(t *testing.T) {
	if path := os.Getenv("AXN_TEST_FILL"); path != "" {
		fill(path)
		return
	}
	path := filepath.Join(t.TempDir(), "scores")
	child := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
	child.Env = append(os.Environ(), "AXN_TEST_FILL="+path)
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var stored int
	if _, err := fmt.Sscanf(string(out), "stored %d", &stored); err != nil || stored < 1000 || !strings.Contains(string(out), "file too large") {
		t.Fatalf("child said %q", out)
	}
	d := open(t, path)
	keys, scores := some(1, stored+1000)
	want(t, d, "m", keys[:stored], scores[:stored])
	counts, err := d.Verify(t.Context())
	if err != nil || counts[0].Scores != stored {
		t.Errorf("%v, %v", counts, err)
	}
	put(t, d, "m", keys[stored:], scores[stored:])
	want(t, d, "m", keys, scores)
}

// fill stores batches of 500 until it fails, then looks whether all are still there.
func fill(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}
	d, err := Open(path)
	if err := errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	keys, scores := some(1, 100000)
	for n := 0; n < len(keys); n += 500 {
		if err := d.Put("m", keys[n:n+500], scores[n:n+500]); err != nil {
			found, getErr := d.Get("m", keys[:n+500], scores[:n+500])
			if found != n || getErr != nil {
				fmt.Println("lost some:", found, n, getErr)
			}
			_, _, compactErr := d.Compact(context.Background())
			fmt.Println("stored", n, err, compactErr, d.Close())
			os.Exit(0)
		}
	}
}
