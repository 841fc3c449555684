// Command tokenizing compares the tokenizers of package tokenize with Hugging Face's, on one thread
// each, in one run, taking turns, and prints a Markdown table.
//
//	go run ./workbench/bench/tokenizing
//
// The rival lives in a virtual environment in the user's cache folder, made on first use. It trains
// tokenizers of several kinds on the texts first, and both must give the same ids before they are
// timed.
package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"axn/workbench/bench/rival"
	"axn/workbench/internal/tokenize"
)

//go:embed rival.py
var script string

func main() {
	log.SetFlags(0)
	log.SetPrefix("tokenizing: ")
	corpus := flag.String("texts", "../shared/data/verbs/texts.jsonl", "texts, one JSON object a line")
	rounds := flag.Int("rounds", 15, "turns of each engine; the best one counts")
	flag.Parse()
	if err := run(*corpus, *rounds); err != nil {
		log.Fatal(err)
	}
}

func run(corpus string, rounds int) (err error) {
	texts, err := readTexts(corpus)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "tokenizing")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "texts.json")
	if b, err := json.Marshal(texts); err != nil {
		return err
	} else if err := os.WriteFile(file, b, 0o600); err != nil {
		return err
	}
	other, err := rival.Start("bench-tokenizing", script, []string{"tokenizers", "sentencepiece", "protobuf"}, "TOKENIZERS_PARALLELISM=false")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, other.Close()) }()
	var names []string
	if err := other.Ask(rival.Request{"do": "make", "texts": file, "folder": dir}, &names); err != nil {
		return err
	}
	versions, err := other.Versions("tokenizers")
	if err != nil {
		return err
	}
	bytes := 0
	for _, text := range texts {
		bytes += len(text)
	}
	fmt.Printf("%s, best of %d: %s, 1 thread, %s, %s, %d texts of %.1f MB.\n\n| tokenizer | tokens | axn, MB/s | tokenizers, MB/s | ratio |\n|---|---|---|---|---|\n",
		time.Now().Format(time.DateOnly), rounds, rival.CPU(), runtime.Version(), versions, len(texts), float64(bytes)/1e6)
	for _, name := range names {
		if err := compare(other, name, filepath.Join(dir, name+".json"), texts, bytes, rounds); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// compare times one tokenizer on both sides.
func compare(other *rival.Process, name, file string, texts []string, bytes, rounds int) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	t, err := tokenize.Parse(b)
	if err != nil {
		return err
	}
	ours, theirs := math.Inf(1), math.Inf(1)
	var ids []int32
	for range rounds {
		start := time.Now()
		ids = ids[:0]
		for _, text := range texts {
			ids = t.Append(ids, text)
		}
		ours = min(ours, time.Since(start).Seconds())
		var a struct {
			Seconds float64
			Tokens  int
			CRC     uint32
		}
		if err := other.Ask(rival.Request{"do": "encode", "name": name}, &a); err != nil {
			return err
		}
		theirs = min(theirs, a.Seconds)
		if crc := checksum(ids); crc != a.CRC || len(ids) != a.Tokens {
			return fmt.Errorf("%d ids with checksum %d, and tokenizers gives %d with %d", len(ids), crc, a.Tokens, a.CRC)
		}
	}
	megabytes := float64(bytes) / 1e6
	fmt.Printf("| %s | %d | %.1f | %.1f | %.1f |\n", name, len(ids), megabytes/ours, megabytes/theirs, theirs/ours)
	return nil
}

// checksum is that of the ids as little-endian numbers of four bytes.
func checksum(ids []int32) (crc uint32) {
	var b []byte
	for _, id := range ids {
		b = append(b, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
	}
	return crc32.ChecksumIEEE(b)
}

// readTexts reads a texts.jsonl.
func readTexts(path string) (texts []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for d := json.NewDecoder(f); d.More(); {
		var line struct{ Text string }
		if err := d.Decode(&line); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		texts = append(texts, line.Text)
	}
	return texts, nil
}
