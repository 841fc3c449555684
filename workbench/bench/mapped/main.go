// Command mapped builds an index of many items in a file, without ever holding them, and measures
// searches of the file in a process of its own: by the scan of all items and by candidates from
// inverted lists.
//
//	go run ./workbench/bench/mapped -items 10000000
//
// The items are synthetic (world.go). It prints a Markdown table: how long the index takes to
// open and to search, how much memory the process holds beside the file's pages, and how much of
// the cross-encoder's own top k was found.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"axn/workbench"
)

var (
	items   = flag.Int("items", 1_000_000, "items")
	dims    = flag.Int("d", 127, "length of their vectors; a Calibrated index has twice as many floats an item and two more")
	method  = flag.String("method", string(workbench.Calibrated), "calibrated or de")
	sample  = flag.Int("sample", 100_000, "items that the index is fitted to; the others are added")
	lists   = flag.Int("lists", 0, "inverted lists; 0 is 8·√items")
	queries = flag.Int("queries", 64, "test queries")
	budget  = flag.Int("budget", 500, "calls per query")
	rounds  = flag.Int("rounds", 5, "rounds per query")
	probes  = flag.String("probe", "1,0.2,0.1,0.05,0.02", "shares of the items that a round looks at")
	dir     = flag.String("dir", "", "folder of the index: made there and kept, or measured if it is there; none is a temporary one")
	relist  = flag.Bool("relist", false, "divide the items among lists anew, in memory, before searches: for a file without lists, or with others")
	measure = flag.Bool("measure", false, "only measure")
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("mapped: ")
	flag.Parse()
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	w := newWorld(*items, *dims, *queries)
	if *measure {
		return search(ctx, w, *dir)
	}
	if *dir == "" {
		temporary, err := os.MkdirTemp("", "mapped")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		*dir = temporary
	}
	if _, err := os.Stat(filepath.Join(*dir, "truth")); errors.Is(err, os.ErrNotExist) {
		if err := build(ctx, w, *dir); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, append(os.Args[1:], "-dir", *dir, "-measure")...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}
