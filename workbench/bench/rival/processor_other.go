//go:build !unix

package main

import "errors"

func processorSeconds() (float64, error) {
	return 0, errors.New("-processor needs a Unix system")
}
