package code

import (
	"reflect"
	"sync"
)

// byType keeps what is found out about types, each at the first asking. Goroutines may share it.
type byType[T any] struct {
	known sync.Map // reflect.Type -> T
}

// of returns what is known of a type, or what find says.
func (b *byType[T]) of(t reflect.Type, find func(reflect.Type) T) T {
	if v, ok := b.known.Load(t); ok {
		return v.(T)
	}
	v := find(t)
	b.known.Store(t, v)
	return v
}
