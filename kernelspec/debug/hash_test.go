package debug

import "testing"

// The hashes are those of ipykernel 7's murmur2_x86, and of JupyterLab's murmur2.
func TestHashIsTheFrontEnds(t *testing.T) {
	for text, want := range map[string]uint32{
		"": 3990065800, "a": 2167009006, "ab": 2805137849, "abc": 3350977461, "abcd": 804720481,
		"x := 1\nfmt.Println(x)": 1443478927, "π ≈ 3": 4039678190,
	} {
		if got := murmur2([]byte(text), hashSeed); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestHitConditions(t *testing.T) {
	for condition, want := range map[string]string{"": "12345", "3": "345", "== 3": "3", ">3": "45", ">= 3": "345", "<3": "12", "<= 3": "123", "% 2": "24"} {
		got := ""
		for hits := 1; hits <= 5; hits++ {
			if hitsHold(condition, hits) {
				got += string(rune('0' + hits))
			}
		}
		if got != want || checkHits(condition) != nil {
			t.Errorf("%q holds at %s, want %s (%v)", condition, got, want, checkHits(condition))
		}
	}
	for _, condition := range []string{"x", "0", "=> 3", "3 3", "-1"} {
		if checkHits(condition) == nil {
			t.Errorf("%q is taken", condition)
		}
	}
}
