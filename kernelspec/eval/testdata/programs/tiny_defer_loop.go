// Deferred closures and results.
package main

import "fmt"

func count() (n int, err error) {
	for i := range 3 {
		defer func() { n = n*10 + i }()
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("caught %v", r)
		}
	}()
	panic("stop")
}

func main() {
	fmt.Println(count())
}
