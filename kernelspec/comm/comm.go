// Package comm lets cells talk to the front end: they open comms, and take those
// that it opens. Cells import it as "comm".
package comm

import (
	"sync/atomic"

	"axn/kernelspec/serve"
)

// Comm is a channel between a cell and a part of the front end, such as a widget.
type Comm = serve.Comm

var kernel atomic.Pointer[serve.Kernel]

// Use sets the kernel whose front ends are meant. The kernel does it itself.
func Use(k *serve.Kernel) { kernel.Store(k) }

// Open opens a comm in the front end.
func Open(target string, data map[string]any) *Comm { return OpenWith(target, data, nil) }

// OpenWith opens a comm by a message with metadata, such as the version of what is spoken.
func OpenWith(target string, data, metadata map[string]any) *Comm {
	return kernel.Load().OpenComm(target, data, metadata)
}

// Register lets front ends open comms of a target; opened gets each of them.
func Register(target string, opened func(c *Comm, data map[string]any)) {
	kernel.Load().RegisterComm(target, opened)
}
