package code

import (
	"io"
	"log"
	"os"
)

// Goroutines of a cell may write after the cell has ended, when the standard streams
// belong to another one.

// outputs is what an owner of a task knows if it has streams of its own.
type outputs interface {
	// Output returns what stands for a standard stream now, nil if that is to be used.
	Output(f *os.File) io.Writer
}

// out returns where the calling goroutine's writes to w go.
func out(w io.Writer) io.Writer {
	f, ok := w.(*os.File)
	if !ok || f != os.Stdout && f != os.Stderr {
		return w
	}
	t := Current()
	if t == nil {
		return w
	}
	if o, ok := t.Owner.(outputs); ok {
		if own := o.Output(f); own != nil {
			return own
		}
	}
	return w
}

// logWriter is where package log writes: to the standard error of the cell whose
// goroutines led to the calling one.
type logWriter struct{}

func (logWriter) Write(p []byte) (int, error) { return out(os.Stderr).Write(p) }

func init() { log.SetOutput(logWriter{}) }
