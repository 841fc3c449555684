//go:build axnkernel

package main

// What gophernotes' files import: named here, where go mod tidy sees it.
import (
	_ "github.com/cosmos72/gomacro/imports"
	_ "github.com/go-zeromq/zmq4"
	_ "github.com/gofrs/uuid"
	_ "github.com/gopherdata/gophernotes/imports"
)
