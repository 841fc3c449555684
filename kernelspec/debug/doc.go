// Package debug answers the requests of the Debug Adapter Protocol, as Jupyter's front ends
// send them. It knows cells and goroutines by package eval, and no sockets.
//
//	Debugger   answers requests, and stops goroutines     debugger.go
//	request    a request, response and event              message.go
//	source     a cell, known by the hash of its text      source.go, hash.go
//	breakpoint a line where goroutines stop               breakpoint.go
//	stop       a goroutine that stopped, and its steps    stop.go
//	view       threads, frames, scopes and variables      frame.go, variable.go
//	evaluation of expressions where a goroutine stands    evaluate.go
//
// A cell is compiled with stops only if a debugger is attached and wants to stop in it.
// Other cells run as they do without a debugger.
package debug
