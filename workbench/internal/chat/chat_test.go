package chat

import (
	"math"
	"strings"
	"testing"
)

// FuzzParse: an answer is read or refused with a line, and what is read has a score that is a number,
// or an error.
func FuzzParse(f *testing.F) {
	c, err := New(Settings{URLs: []string{"http://localhost"}, Prompt: "{query}{item}"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		`{"choices":[{"logprobs":{"content":[{"token":"yes","logprob":-0.1,"top_logprobs":[{"token":"No","logprob":-3}]}]}}],"usage":{"total_tokens":3}}`,
		`{"choices":[{"logprobs":{"top_logprobs":[{" yes":-1,"no":-Infinity,"x":null}]}}]}`, `{"choices":[{"logprobs":null}]}`, `{"error":{"message":"x"}}`, `<html>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := parse(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Fatalf("more than one line: %q", err)
			}
			return
		}
		if score, err := c.score(a.top); err == nil && (math.IsNaN(score) || math.IsInf(score, 0)) {
			t.Fatalf("the score of %v is %v", a.top, score)
		}
	})
}
