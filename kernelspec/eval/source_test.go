package eval

import (
	"go/token"
	"testing"
)

// Cells get a place in the file set while packages are read into it.
func TestSourcesAmongPackages(t *testing.T) {
	fset, stop := token.NewFileSet(), make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				fset.AddFile("package", -1, 10)
			}
		}
	}()
	defer close(stop)
	for range 2000 {
		if src := newSource(fset, "cell", "x := 1"); fset.File(src.pos(2)) != src.file {
			t.Fatal("the cell has no place of its own")
		}
	}
}
