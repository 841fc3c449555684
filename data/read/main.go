// Read has the cross-encoder read the items of data sets alone and writes what it
// makes of them, 128 wide and in float16, as view_ce.npy, and what it scores them, in
// float32, as ce_alone.npy.
//
//	go run ./data/read [-to FOLDER] [-model FOLDER] DATASET…
//
// Texts come from a data set's texts.jsonl, or from an installed WordNet. FOLDER has,
// or gets, a folder of each data set's name; without -to views lie with their data sets.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	"axn/workbench"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("read: ")
	to := flag.String("to", "", "folder to write to")
	model := flag.String("model", "data/models/ce-wordnet-L4", "cross-encoder")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ce, err := workbench.OpenCrossEncoder(*model)
	check(err)
	for _, dir := range flag.Args() {
		d, err := open(dir)
		check(err)
		view, err := d.ReadItems(ctx, ce, workbench.ViewOptions{})
		check(err)
		if *to != "" {
			dir = filepath.Join(*to, filepath.Base(dir))
			check(os.MkdirAll(dir, 0o755))
		}
		check(view.SaveHalf(dir))
		check(d.Alone.Save(filepath.Join(dir, "ce_alone.npy")))
		fmt.Printf("%s: %v\n", dir, view)
	}
}

// open opens a data set with its texts.
func open(dir string) (*workbench.Dataset, error) {
	d, err := workbench.OpenTexts(dir)
	if err != nil || d.Items[0].Text != "" {
		return d, err
	}
	wordnet, err := workbench.OpenWordNet("")
	if err != nil {
		return nil, err
	}
	return d, wordnet.FillTexts(d)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
