// Type switches in generic code.
package main

import (
	"fmt"
	"time"
)

func describe[T any](v T) string {
	switch x := any(v).(type) {
	case int, int64:
		return fmt.Sprint("integer ", x)
	case []T:
		return "slice of itself"
	case fmt.Stringer:
		return "stringer " + x.String()
	case nil:
		return "nil"
	}
	return fmt.Sprintf("%T", v)
}

func main() {
	fmt.Println(describe(1), describe(int64(2)), describe("s"), describe(time.Second), describe[any](nil), describe([]any{}), describe[error](nil))
}
