// Package guard protects the process from panics in methods that cells declare,
// when compiled code calls them on goroutines of its own.
package guard

// Enter is called at the beginning of each call of a cell's method through a
// proxy; what it returns is deferred. The interpreter sets it.
var Enter = func() (leave func()) { return func() {} }
