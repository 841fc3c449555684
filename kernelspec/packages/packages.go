// Package packages registers the workbench, gonum, gota and plot with the
// interpreter: importing it is all that a kernel does. Every file but this one
// and the tests is written by
//
//	go generate ./kernelspec/packages
//
// which is run whenever one of these packages changes its exported API.
package packages

//go:generate go run ./generate
