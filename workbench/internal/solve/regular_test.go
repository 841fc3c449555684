package solve

import "testing"

func TestRegular(t *testing.T) {
	var tried []float32
	Regular(float32(.5), 4, func(more float32) bool { tried = append(tried, more); return more > 7 })
	if len(tried) != 3 || tried[2] != 8 {
		t.Errorf("tried %v", tried)
	}
	defer func() {
		if recover() == nil {
			t.Error("a matrix that never gets a factor is tried for ever")
		}
	}()
	Regular(1e-6, 2, func(float64) bool { return false })
}
