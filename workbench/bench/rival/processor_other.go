//go:build !unix

package rival

import "errors"

func ProcessorSeconds() (float64, error) {
	return 0, errors.New("processor time is counted on Unix systems only")
}
