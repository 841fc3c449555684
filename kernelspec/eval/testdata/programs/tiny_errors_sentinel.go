// Sentinels, wrapping and switches on errors.
package main

import (
	"errors"
	"fmt"
)

var ErrA, ErrB = errors.New("a"), errors.New("b")

func do(n int) error {
	switch n {
	case 1:
		return ErrA
	case 2:
		return fmt.Errorf("do: %w", ErrB)
	}
	return nil
}

func main() {
	for n := range 3 {
		switch err := do(n); {
		case err == nil:
			fmt.Println("fine")
		case errors.Is(err, ErrA):
			fmt.Println("A", err)
		case errors.Is(err, ErrB):
			fmt.Println("B", err, errors.Unwrap(err) == ErrB)
		}
	}
}
