package i8

// level is an instruction set.
type level int

const (
	pureGo level = iota
	avx2
	avxVNNI
	avx512VNNI
)

// active is the level in use.
var active = func() level { l := levels(); return l[len(l)-1] }()

// Kernels names the level in use: avx512vnni, avxvnni, avx2 or go.
func Kernels() string { return [...]string{"go", "avx2", "avxvnni", "avx512vnni"}[active] }

// tileRows and tileCols are the shape of the largest tile that gemm computes.
func (l level) tileRows() int { return [...]int{4, 5, 6, 14}[l] }
func (l level) tileCols() int { return [...]int{16, 16, 16, 32}[l] }
