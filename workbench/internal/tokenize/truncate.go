package tokenize

import "fmt"

// Strategy says which of two texts is cut when both are too long together.
type Strategy string

// The strategies of transformers; "" is LongestFirst. One text alone is cut by the first two.
const (
	LongestFirst Strategy = "LongestFirst" // the longer one; when both are long half is left to each
	OnlyFirst    Strategy = "OnlyFirst"
	OnlySecond   Strategy = "OnlySecond"
)

// Truncation is truncation of a tokenizer.json.
type Truncation struct {
	Direction string   `json:"direction"` // Right or Left, the side that is cut
	MaxLength int      `json:"max_length"`
	Strategy  Strategy `json:"strategy"`
	Stride    int      `json:"stride"` // of the parts cut off, which nothing here gives
}

func (t *Truncation) check() error {
	switch {
	case t == nil:
		return nil
	case t.Direction != "" && t.Direction != "Left" && t.Direction != "Right":
		return unsupported("truncation.direction is %q, want Left or Right", t.Direction)
	case t.Strategy != LongestFirst && t.Strategy != OnlyFirst && t.Strategy != OnlySecond:
		return unsupported("truncation.strategy is %q, want LongestFirst, OnlyFirst or OnlySecond", t.Strategy)
	case t.MaxLength < 0 || t.Stride < 0:
		return fmt.Errorf("truncation.max_length is %d and stride %d, want at least 0", t.MaxLength, t.Stride)
	}
	return nil
}

// Keep says how many ids of two sequences of na and nb ids are kept so that together they have at
// most room. The negative number of ids that the strategy cannot cut is none kept.
func (s Strategy) Keep(na, nb, room int) (int, int) {
	if na+nb <= room {
		return na, nb
	}
	if room == 0 {
		return 0, 0
	}
	switch s {
	case OnlyFirst:
		return max(0, room-nb), min(nb, room)
	case OnlySecond:
		return min(na, room), max(0, room-na)
	}
	short, long := min(na, nb), 0
	if long = room - short; long < short {
		short, long = room/2, room-room/2
	}
	if na > nb {
		return long, short
	}
	return short, long
}
