// Errors and results gathered from goroutines in order.
package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

type res struct {
	v   int
	err error
}

func work(i int) (int, error) {
	if i%4 == 3 {
		return 0, fmt.Errorf("job %d failed", i)
	}
	return i * i, nil
}

func main() {
	out := make([]res, 8)
	var wg sync.WaitGroup
	for i := range out {
		wg.Add(1)
		go func() {
			defer wg.Done()
			v, err := work(i)
			out[i] = res{v, err}
		}()
	}
	wg.Wait()
	var errs []error
	sum := 0
	for _, r := range out {
		sum += r.v
		errs = append(errs, r.err)
	}
	fmt.Println(sum, strings.ReplaceAll(errors.Join(errs...).Error(), "\n", "; "))
}
