package f32

import "os"

// level is an instruction set; a higher one contains the lower ones.
type level int

const (
	pureGo level = iota
	avx2
	avx512
)

var levelNames = map[string]level{"go": pureGo, "avx2": avx2, "avx512": avx512}

// active is the level in use.
var active = startLevel(best(), os.Getenv("AXN_KERNELS"))

// startLevel returns the level called name, or the machine's best one if that
// is lower or name is unknown.
func startLevel(best level, name string) level {
	if l, ok := levelNames[name]; ok && l < best {
		return l
	}
	return best
}

// Kernels names the level in use: avx512, avx2 or go.
func Kernels() string {
	for name, l := range levelNames {
		if l == active {
			return name
		}
	}
	panic("f32: unknown level")
}

// tileRows and tileCols are the shape of the largest tile that gemm computes.
func (l level) tileRows() int { return [...]int{4, 6, 14}[l] }
func (l level) tileCols() int { return [...]int{8, 16, 32}[l] }
