// Package lexical scores texts by the words they share with a query: BM25 and
// TF-IDF over an inverted index. A whole collection is scored for one query at a
// time.
package lexical

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"
)

// BM25's parameters as BEIR and Anserini set them, and as the AXN paper uses them.
const (
	k1 = 0.9
	b  = 0.4
)

// Words splits an English text as Lucene's English analysis does, as far as
// ranking feels it: lower-case runs of letters and digits, without the 33 stop
// words, by their Snowball stem.
func Words(text string) []string {
	var words []string
	for _, w := range plainWords(text) {
		if !stopWords[w] {
			words = append(words, english.Stem(w, true))
		}
	}
	return words
}

// plainWords are lower-case runs of letters and digits, an 's left off.
func plainWords(text string) []string {
	text = strings.NewReplacer("'s", "", "’s", "").Replace(strings.ToLower(text))
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// stopWords are Lucene's EnglishAnalyzer.ENGLISH_STOP_WORDS_SET.
var stopWords = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(`a an and are as at be but by for if in into is it no not of on or such
		that the their then there these they this to was will with`) {
		set[w] = true
	}
	return set
}()

// Index is an inverted index of a collection of texts.
type Index struct {
	postings map[string][]posting
	lengths  []float64 // words of each text
	mean     float64   // of lengths
	norms    []float64 // Euclidean length of each text's TF-IDF vector
}

type posting struct {
	text  int32
	count int32
}

// New indexes texts.
func New(texts []string) *Index {
	x := &Index{postings: map[string][]posting{}, lengths: make([]float64, len(texts)), norms: make([]float64, len(texts))}
	for i, text := range texts {
		words := Words(text)
		x.lengths[i] = float64(len(words))
		x.mean += x.lengths[i] / float64(len(texts))
		for w, n := range counts(words) {
			x.postings[w] = append(x.postings[w], posting{int32(i), n})
		}
	}
	for _, w := range slices.Sorted(maps.Keys(x.postings)) { // in order, for the same rounding each time
		list := x.postings[w]
		idf := x.smoothIDF(len(list))
		for _, p := range list {
			x.norms[p.text] += math.Pow(float64(p.count)*idf, 2)
		}
	}
	for i := range x.norms {
		x.norms[i] = math.Sqrt(x.norms[i])
	}
	return x
}

func counts(words []string) map[string]int32 {
	n := map[string]int32{}
	for _, w := range words {
		n[w]++
	}
	return n
}

// wordCount is a word of a query and how often it stands there.
type wordCount struct {
	word  string
	count int32
}

// queryWords counts a query's words, in the order of the alphabet, so that sums
// are always formed in one order.
func queryWords(query string) []wordCount {
	n := counts(Words(query))
	list := make([]wordCount, 0, len(n))
	for _, w := range slices.Sorted(maps.Keys(n)) {
		list = append(list, wordCount{w, n[w]})
	}
	return list
}

// BM25 sets dst, one value per text, to Lucene's BM25 of the query:
//
//	Σ over its words, repeated ones repeatedly, of idf·tf/(tf + k1·(1 − b + b·len/mean)),
//	idf = log(1 + (N − n + ½)/(n + ½)).
func (x *Index) BM25(dst []float32, query string) {
	clear(dst)
	for _, w := range queryWords(query) {
		list := x.postings[w.word]
		idf := math.Log1p((float64(len(x.lengths)-len(list)) + 0.5) / (float64(len(list)) + 0.5))
		for _, p := range list {
			tf := float64(p.count)
			dst[p.text] += float32(float64(w.count) * idf * tf / (tf + k1*(1-b+b*x.lengths[p.text]/x.mean)))
		}
	}
}

// TFIDF sets dst to the cosine of TF-IDF vectors as scikit-learn's
// TfidfVectorizer weighs them: tf·(log((1 + N)/(1 + n)) + 1), unit length. Its
// words are Words, though, not scikit-learn's unstemmed ones of two letters or more.
func (x *Index) TFIDF(dst []float32, query string) {
	clear(dst)
	norm := 0.0
	words := queryWords(query)
	for _, w := range words {
		norm += math.Pow(float64(w.count)*x.smoothIDF(len(x.postings[w.word])), 2)
	}
	for _, w := range words {
		list := x.postings[w.word]
		idf := x.smoothIDF(len(list))
		for _, p := range list {
			dst[p.text] += float32(float64(w.count) * idf * float64(p.count) * idf / (math.Sqrt(norm) * x.norms[p.text]))
		}
	}
}

func (x *Index) smoothIDF(n int) float64 {
	return math.Log((1+float64(len(x.lengths)))/(1+float64(n))) + 1
}
