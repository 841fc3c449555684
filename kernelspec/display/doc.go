// Package display shows values in a notebook: cells import it as "display".
//
// It is gophernotes' package of that name: its functions, MIME types and renderer
// interfaces, laid beside the file host.go by the builder, as they lie in the module
// cache; see builder/gophernotes.go. What is shown goes to the Host that the kernel sets.
package display
