package f32

import (
	"os"
	"slices"
)

// level is an instruction set.
type level int

const (
	pureGo level = iota
	avx2
	avx512
	neon
)

var levelNames = map[string]level{"go": pureGo, "avx2": avx2, "avx512": avx512, "neon": neon}

// active is the level in use.
var active = startLevel(levels(), os.Getenv("AXN_KERNELS"))

// startLevel returns the level called name, or the last one, the machine's
// best, if it is not among levels.
func startLevel(levels []level, name string) level {
	if l, ok := levelNames[name]; ok && slices.Contains(levels, l) {
		return l
	}
	return levels[len(levels)-1]
}

// Kernels names the level in use: avx512, avx2, neon or go.
func Kernels() string {
	for name, l := range levelNames {
		if l == active {
			return name
		}
	}
	panic("f32: unknown level")
}

// tileRows and tileCols are the shape of the largest tile that gemm computes.
func (l level) tileRows() int { return [...]int{4, 6, 14, 8}[l] }
func (l level) tileCols() int { return [...]int{8, 16, 32, 8}[l] }
