// Read has the cross-encoder read the items of data sets alone and writes what it
// makes of them, 128 wide and in float16, as view_ce.npy.
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
		view, err := read(ctx, ce, dir)
		check(err)
		if *to != "" {
			dir = filepath.Join(*to, filepath.Base(dir))
			check(os.MkdirAll(dir, 0o755))
		}
		check(view.SaveHalf(dir))
		fmt.Printf("%s: %v\n", dir, view)
	}
}

// read makes the view of a data set.
func read(ctx context.Context, ce *workbench.CrossEncoder, dir string) (workbench.View, error) {
	d, err := workbench.OpenTexts(dir)
	if err != nil {
		return workbench.View{}, err
	}
	if d.Items[0].Text == "" {
		wordnet, err := workbench.OpenWordNet("")
		if err != nil {
			return workbench.View{}, err
		}
		if err := wordnet.FillTexts(d); err != nil {
			return workbench.View{}, err
		}
	}
	return d.ReadItems(ctx, ce, workbench.ViewOptions{})
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
