package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
)

// The contest of ReadItems: so many items of 16 tokens, [CLS] and [SEP] included,
// against so many pairs of 32, a hundred pairs to a query. A turn is a two-hundredth
// part of either, one after the other, so that a machine that is not quiet slows both.
const (
	contestItems, itemTokens = 100_000, 16
	contestPairs, pairTokens = 60_000, 32
	contestParts             = 200
	contestTurns             = 8 // of each round
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
	alone, pairs := make([]string, contestItems/contestParts), make([][2]string, contestPairs/contestParts)
	var ratios []float64
	var read, score float64
	for turn := range contestTurns * b.rounds {
		for i := range alone {
			alone[i] = words.text(turn*len(alone)+i, itemTokens-3)
		}
		for i := range pairs {
			n := turn*len(pairs) + i
			pairs[i] = [2]string{words.text(1e6+n/100, (pairTokens-3)/2), words.text(2e6+n, pairTokens-3-(pairTokens-3)/2)}
		}
		start := time.Now()
		if _, err := ce.ReadItems(context.Background(), alone); err != nil {
			return err
		}
		between := time.Now()
		if _, err := ce.Predict(context.Background(), pairs); err != nil {
			return err
		}
		r, s := between.Sub(start).Seconds(), time.Since(between).Seconds()
		read, score, ratios = read+r, score+s, append(ratios, r/s)
	}
	slices.Sort(ratios)
	n := len(ratios)
	fmt.Printf("%s, %d threads, kernels %s, %d turns.\n\n", rival.CPU(), b.threads, f32.Kernels(), n)
	fmt.Printf("| work | a second |\n|---|---|\n")
	fmt.Printf("| items of %d tokens alone | %.0f |\n", itemTokens, float64(n*len(alone))/read)
	fmt.Printf("| pairs of %d tokens | %.0f |\n", pairTokens, float64(n*len(pairs))/score)
	fmt.Printf("\n%d items take %.2f of the time of %d pairs (quartiles %.2f and %.2f).\n", contestItems, ratios[n/2], contestPairs, ratios[n/4], ratios[3*n/4])
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
