package workbench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"log"
	"math"
	"strings"
)

// ErrOtherScorer says that a search was to use another cross-encoder than the one its
// index was observed with.
var ErrOtherScorer = errors.New("it is another cross-encoder")

// fingerprintOf says which scores s gives, "" where it cannot say. It waits for a server no
// longer than ctx.
func fingerprintOf(ctx context.Context, s Scorer) string {
	f, ok := s.(Fingerprinter)
	if !ok {
		return ""
	}
	answer := make(chan string, 1)
	go func() {
		text, err := f.Fingerprint()
		if err != nil {
			text = ""
		}
		answer <- text
	}()
	select {
	case text := <-answer:
		return text
	case <-ctx.Done():
		return ""
	}
}

// sameScores tells whether two fingerprints may be of one cross-encoder. A table of scores
// does not say which model it comes from: it is compared with tables of the same shape only.
func sameScores(a, b string) bool {
	return a == "" || b == "" || a == b || tableShape(a) != tableShape(b)
}

// tableShape is what the fingerprint of a table of scores begins with, "" for others.
func tableShape(fingerprint string) string {
	if !strings.HasPrefix(fingerprint, "table ") {
		return ""
	}
	return fingerprint[:strings.LastIndexByte(fingerprint, ' ')]
}

// checkSameScorer warns, once an index, that s is not the cross-encoder which the index was
// observed with: in the progress of the search, or in the log where nobody listens to it. If
// strict it returns an ErrOtherScorer each time.
func (ix *Index) checkSameScorer(ctx context.Context, s Scorer, strict bool, m *meter) error {
	if ix.Fingerprint == "" || ix.warned.Load() && !strict {
		return nil
	}
	of := fingerprintOf(ctx, s)
	if sameScores(ix.Fingerprint, of) {
		return nil
	}
	if strict {
		return fmt.Errorf("%w: the index was observed with %q, the scorer is %q: observe and factorize again", ErrOtherScorer, ix.Fingerprint, of)
	}
	if ix.warned.Swap(true) {
		return nil
	}
	text := fmt.Sprintf("the index was observed with another cross-encoder (%q) than this search uses (%q): observe and factorize again", ix.Fingerprint, of)
	if m == nil {
		log.Print("workbench: search: ", text)
	}
	m.note(text)
	return nil
}

// tableSample is how many scores of a table make its fingerprint, at most: two
// cross-encoders differ in nearly all.
const tableSample = 1 << 16

// fingerprint names the table by its shape and a checksum of scores spread over all of it.
func (m *Matrix) fingerprint() string {
	n := min(len(m.Data), tableSample)
	bytes := make([]byte, 0, 4*n)
	for i := range n {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(m.Data[i*len(m.Data)/n]))
	}
	return fmt.Sprintf("table %d×%d %016x", m.Rows, m.Cols, crc64.Checksum(bytes, crc64.MakeTable(crc64.ECMA)))
}
