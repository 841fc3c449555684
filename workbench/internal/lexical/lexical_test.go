package lexical

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"the and of":                           "",
		"The cancer had * invaded * her lungs": "cancer had invad her lung",
		"Maxim's co-operation, 24 hours!":      "maxim co oper 24 hour",
		"naïve ÉTUDES":                         "naïv étude",
	} {
		if got := strings.Join(Words(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// slowScores computes one score by its formula over all texts, without an index.
func slowScores(texts []string, query string, tfidf bool) []float64 {
	n, mean := float64(len(texts)), 0.0
	var docs [][]string
	for _, text := range texts {
		docs = append(docs, Words(text))
		mean += float64(len(docs[len(docs)-1])) / n
	}
	in := func(words []string, w string) (c float64) {
		for _, x := range words {
			if x == w {
				c++
			}
		}
		return c
	}
	holding := func(w string) (df float64) {
		for _, doc := range docs {
			df += min(1, in(doc, w))
		}
		return df
	}
	idf := func(w string) float64 { return math.Log((1+n)/(1+holding(w))) + 1 }
	norm := func(words []string) float64 {
		sum, seen := 0.0, map[string]bool{}
		for _, w := range words {
			if !seen[w] {
				sum += math.Pow(in(words, w)*idf(w), 2)
			}
			seen[w] = true
		}
		return math.Sqrt(sum)
	}
	scores := make([]float64, len(texts))
	q := Words(query)
	for i, doc := range docs {
		for _, w := range q { // repeated words repeatedly
			tf := in(doc, w)
			switch {
			case tf == 0:
			case tfidf:
				scores[i] += idf(w) * tf * idf(w) / (norm(q) * norm(doc))
			default:
				df := holding(w)
				scores[i] += math.Log(1+(n-df+0.5)/(df+0.5)) * tf / (tf + 0.9*(0.6+0.4*float64(len(doc))/mean))
			}
		}
	}
	return scores
}

func TestScoresAgainstTheFormula(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	text := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = string(rune('c'+rng.IntN(6))) + string(rune('k'+rng.IntN(6)))
		}
		return strings.Join(words, " ")
	}
	for range 30 {
		texts := []string{""}
		for range rng.IntN(40) {
			texts = append(texts, text(rng.IntN(12)))
		}
		x := New(texts)
		for _, query := range []string{"", "nowhere", text(1), text(9)} {
			for tfidf, score := range map[bool]func([]float32, string){false: x.BM25, true: x.TFIDF} {
				got := slices.Repeat([]float32{7}, len(texts)) // what stood there before is gone
				score(got, query)
				for i, want := range slowScores(texts, query, tfidf) {
					if math.Abs(float64(got[i])-want) > 1e-5 {
						t.Fatalf("%q in %q, TF-IDF %v: %v, want %v", query, texts[i], tfidf, got[i], want)
					}
				}
			}
		}
	}
}
