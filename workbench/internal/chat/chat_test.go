package chat

import (
	"math"
	"strings"
	"testing"
)

// TestScore: what stands for an answer that is not among the tokens given.
func TestScore(t *testing.T) {
	c, err := New(Settings{URLs: []string{"http://localhost"}, Prompt: "{query}{item}"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		top   map[string]float64
		score float64
	}{
		{map[string]float64{"yes": math.Log(.6), "no": math.Log(.3)}, math.Log(2)},
		{map[string]float64{"Yes": math.Log(.3), " yes": math.Log(.3), "no": math.Log(.3)}, math.Log(2)},
		{map[string]float64{"yes": math.Log(.9)}, math.Log(9)}, // a server that gives one token alone
		{map[string]float64{"no": math.Log(.8)}, -math.Log(4)},
		{map[string]float64{"yes": math.Log(.5), "maybe": math.Log(.2)}, math.Log(.5 / .2)}, // no may have all that is left up to .2
		{map[string]float64{"yes": math.Log(.5), "maybe": math.Log(.4)}, math.Log(.5 / .1)},
		{map[string]float64{"yes": 0}, -math.Log(smallestRest)},
		{map[string]float64{"yes": -1e-7, "maybe": -30}, 30},
	} {
		if got, err := c.score(want.top); err != nil || math.Abs(got-want.score) > 1e-6 {
			t.Errorf("%v: %v, %v; want %v", want.top, got, err, want.score)
		}
	}
}

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
