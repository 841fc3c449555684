package beam

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// register makes types known to workers. The SDK's generic registration would save
// some reflection for each element, of which there are few here, but costs the
// compiler gigabytes.
func register(values ...any) {
	for _, v := range values {
		beam.RegisterType(reflect.TypeOf(v))
	}
}

// span is the range Lo … Hi-1 of rows.
type span struct{ Lo, Hi int }

// spans cuts n rows into parts of about equal length, none of them empty.
func spans(n, parts int) []span {
	parts = min(parts, n)
	list := make([]span, parts)
	for i := range list {
		list[i] = span{n * i / parts, n * (i + 1) / parts}
	}
	return list
}

// kept keeps one value of each name for the bundles that a worker process runs.
type kept[T any] struct {
	mu  sync.Mutex
	all map[string]*entry[T]
}

type entry[T any] struct {
	once  sync.Once
	value T
	err   error
}

// get makes a value, once, unless an earlier try failed.
func (k *kept[T]) get(name string, open func() (T, error)) (T, error) {
	k.mu.Lock()
	e := k.all[name]
	if e == nil || e.err != nil {
		if e = new(entry[T]); k.all == nil {
			k.all = map[string]*entry[T]{}
		}
		k.all[name] = e
	}
	k.mu.Unlock()
	e.once.Do(func() { e.value, e.err = open() })
	return e.value, e.err
}

// retry calls do until it succeeds or has failed so many times, pausing in between
// for pause, then twice as long, and so on.
func retry(ctx context.Context, tries int, pause time.Duration, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil || ctx.Err() != nil {
			return err
		}
		if try >= tries {
			return fmt.Errorf("%d tries: %w", try, err)
		}
		select {
		case <-time.After(pause << (try - 1)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
