package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
)

// search maps the index and searches it, for one query after another and for all together.
func search(ctx context.Context, w *world, dir string) error {
	path := filepath.Join(dir, "index")
	file, err := os.Stat(path)
	if err != nil {
		return err
	}
	start := time.Now()
	ix, err := workbench.MapIndex(path)
	if err != nil {
		return err
	}
	defer ix.Close()
	fmt.Printf("%v\nfile %.1f GB, opened in %.1f ms; %s\n\n", ix, float64(file.Size())/1e9, milliseconds(time.Since(start)), resident())
	top, err := openTruth(filepath.Join(dir, "truth"))
	if err != nil {
		return err
	}
	w.vectors = ix.DE.Items
	if *relist {
		if err := timed("lists", func() error { return ix.MakeLists(ctx, *lists) }); err != nil {
			return err
		}
	}
	fmt.Println("| share looked at | queries together | first, ms a query | median | best | processor | recall@1 | recall@10 | recall@100 | of the scan's items | memory beside the file's |\n|---|---|---|---|---|---|---|---|---|---|---|")
	var scan []workbench.Result
	for _, share := range strings.Split(*probes, ",") {
		o := workbench.SearchOptions{Budget: *budget, Rounds: *rounds}
		if o.Probe, err = strconv.ParseFloat(share, 64); err != nil {
			return fmt.Errorf("-probe: %w", err)
		}
		for _, together := range []int{1, len(top)} {
			before, err := rival.ProcessorSeconds()
			if err != nil {
				return err
			}
			rs, took, err := searchAll(ctx, ix, w, len(top), together, o)
			if err != nil {
				return err
			}
			if scan == nil {
				scan = rs
			}
			after, err := rival.ProcessorSeconds()
			if err != nil {
				return err
			}
			used := 1e3 * (after - before) / float64(len(top))
			first := took[0]
			slices.Sort(took)
			fmt.Printf("| %s | %d | %.0f | %.0f | %.0f | %.0f | %.4f | %.4f | %.4f | %.4f | %s |\n", share, together, first, took[len(took)/2], took[0], used,
				recall(top, rs, 1), recall(top, rs, 10), recall(top, rs, 100), same(scan, rs), anonymous())
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// searchAll searches for the test queries, so many together, and returns how long each took, in
// milliseconds a query.
func searchAll(ctx context.Context, ix *workbench.Index, w *world, n, together int, o workbench.SearchOptions) (rs []workbench.Result, took []float64, err error) {
	for part := range slices.Chunk(between(trainRows, trainRows+n), together) {
		start := time.Now()
		found, err := ix.SearchAll(ctx, w, part, o)
		if err != nil {
			return nil, nil, err
		}
		rs, took = append(rs, found...), append(took, milliseconds(time.Since(start))/float64(len(part)))
	}
	return rs, took, nil
}

// same is the share of a's items that b has.
func same(a, b []workbench.Result) float64 {
	both, all := 0, 0
	for q := range a {
		in := map[int]bool{}
		for _, it := range b[q].Items {
			in[it] = true
		}
		for _, it := range a[q].Items {
			if all++; in[it] {
				both++
			}
		}
	}
	return float64(both) / float64(all)
}

// resident is what the system says of the process's memory: the most there was, and what of it
// now lies in files or not.
func resident() string {
	var parts []string
	for _, name := range []string{"VmHWM", "RssAnon", "RssFile"} {
		parts = append(parts, name+" "+status(name))
	}
	return strings.Join(parts, ", ")
}

// anonymous is the memory beside the pages of files.
func anonymous() string { return status("RssAnon") }

func status(name string) string {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "not known"
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return "not known"
}
