// Package guard protects the process from panics in methods that cells declare,
// when compiled code calls them on goroutines of its own.
package guard

// Catch is deferred around each call of a cell's method through a proxy. The
// interpreter sets it; it must be the deferred function itself, to recover.
var Catch = func() {}
