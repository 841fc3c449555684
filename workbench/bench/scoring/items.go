package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
)

// The contest of ReadItems: so many items of 16 tokens, [CLS] and [SEP] included,
// against so many pairs of 32, a hundred pairs to a query, in turns; it is run on
// their twentieth part.
const (
	contestItems, itemTokens = 100_000, 16
	contestPairs, pairTokens = 60_000, 32
	contestPart              = 20
)

// items times reading items alone beside scoring pairs.
func (b *bench) items(queries, items []string) error {
	model := filepath.Join(b.models, "ce-wordnet-L4")
	ce, err := workbench.OpenCrossEncoder(model)
	if err != nil {
		return err
	}
	words, err := wholeWords(filepath.Join(model, "vocab.txt"), append(queries, items...))
	if err != nil {
		return err
	}
	alone := make([]string, contestItems/contestPart)
	for i := range alone {
		alone[i] = words.text(i, itemTokens-3)
	}
	pairs := make([][2]string, contestPairs/contestPart)
	for i := range pairs {
		pairs[i] = [2]string{words.text(1e6+i/100, (pairTokens-3)/2), words.text(2e6+i, pairTokens-3-(pairTokens-3)/2)}
	}
	read, score := math.Inf(1), math.Inf(1)
	for range b.rounds {
		start := time.Now()
		if _, err := ce.ReadItems(context.Background(), alone); err != nil {
			return err
		}
		read = min(read, time.Since(start).Seconds())
		start = time.Now()
		if _, err := ce.Predict(context.Background(), pairs); err != nil {
			return err
		}
		score = min(score, time.Since(start).Seconds())
	}
	fmt.Printf("%s, %d threads, kernels %s, best of %d turns.\n\n", rival.CPU(), b.threads, f32.Kernels(), b.rounds)
	fmt.Printf("| work | seconds | a second |\n|---|---|---|\n")
	fmt.Printf("| %d items of %d tokens alone | %.2f | %.0f |\n", len(alone), itemTokens, read, float64(len(alone))/read)
	fmt.Printf("| %d pairs of %d tokens | %.2f | %.0f |\n", len(pairs), pairTokens, score, float64(len(pairs))/score)
	fmt.Printf("\nThe items take %.2f of the time of the pairs.\n", read/score)
	return nil
}

// words are of one token each.
type words []string

// wholeWords returns the words of texts that stand in the vocabulary, as often as
// they come.
func wholeWords(vocabulary string, texts []string) (w words, err error) {
	b, err := os.ReadFile(vocabulary)
	known := map[string]bool{}
	for _, token := range strings.Fields(string(b)) {
		known[token] = true
	}
	for _, t := range texts {
		for _, word := range strings.Fields(t) {
			if known[word] && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" {
				w = append(w, word)
			}
		}
	}
	return w, err
}

// text i is n words that follow one another in the texts.
func (w words) text(i, n int) string {
	at := i * 7919 % (len(w) - n)
	return strings.Join(w[at:at+n], " ")
}
