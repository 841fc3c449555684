//go:build axnkernel

package main

import _ "embed"

// docs is the documentation that the builder extracts; it lies in the overlay.
//
//go:embed docs.zip
var docs []byte
