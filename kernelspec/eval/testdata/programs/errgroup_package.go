// errgroup: first error, cancellation, limits and collected results.
package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

type job struct {
	id  int
	err error
}

func run(jobs []job) ([]int, error) {
	g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(2)
	var mu sync.Mutex
	var done []int
	for _, j := range jobs {
		g.Go(func() error {
			if j.err != nil {
				return fmt.Errorf("job %d: %w", j.id, j.err)
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			default:
			}
			mu.Lock()
			defer mu.Unlock()
			done = append(done, j.id)
			return nil
		})
	}
	err := g.Wait()
	slices.Sort(done)
	return done, err
}

var errBad = errors.New("bad")

func main() {
	fmt.Println(run([]job{{1, nil}, {2, nil}, {3, nil}}))
	_, err := run([]job{{1, errBad}})
	fmt.Println(err, errors.Is(err, errBad))
	var g errgroup.Group
	res := make([]string, 4)
	for i := range res {
		g.Go(func() error { res[i] = strings.Repeat("x", i); return nil })
	}
	fmt.Println(g.Wait(), res)
	g.SetLimit(1)
	block := make(chan struct{})
	fmt.Println(g.TryGo(func() error { <-block; return nil }), g.TryGo(func() error { return nil }))
	close(block)
	fmt.Println(g.Wait())
}
