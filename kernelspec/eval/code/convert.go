package code

import (
	"reflect"

	"golang.org/x/tools/go/ssa"
)

// convert compiles a conversion that changes the representation.
func (c *compiler) convert(v, from ssa.Value) op {
	d, x, to, of := c.off(v), c.off(from), c.typ(v), c.typ(from)
	kd, kx := to.Kind(), of.Kind()
	switch {
	case kd == kx && kd != reflect.Slice || to == of:
		return copyOp(to, d, x)
	case kd == reflect.UnsafePointer && kx == reflect.Uintptr, kd == reflect.Uintptr && kx == reflect.UnsafePointer:
		return func(fr *frame) { *reg[uintptr](fr, d) = *reg[uintptr](fr, x) }
	case kd == reflect.UnsafePointer || kx == reflect.UnsafePointer:
		return func(fr *frame) { *reg[ptr](fr, d) = *reg[ptr](fr, x) }
	}
	if o := fromInteger(kd, kx, d, x); o != nil {
		return o
	}
	if o := fromFloat(kd, kx, d, x); o != nil {
		return o
	}
	if kx == reflect.String || kd == reflect.String {
		if o := convertText(to, of, d, x); o != nil {
			return o
		}
	}
	return func(fr *frame) {
		reflect.NewAt(to, at(fr, d)).Elem().Set(reflect.NewAt(of, at(fr, x)).Elem().Convert(to))
	}
}

// fromInteger converts integers to integers and floats.
func fromInteger(kd, kx reflect.Kind, d, x uintptr) op {
	load := intLoader(kx)
	if load == nil {
		return nil
	}
	unsigned := isUnsigned(kx)
	switch kd {
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return func(fr *frame) { *reg[int64](fr, d) = load(at(fr, x)) }
	case reflect.Int32, reflect.Uint32:
		return func(fr *frame) { *reg[int32](fr, d) = int32(load(at(fr, x))) }
	case reflect.Int16, reflect.Uint16:
		return func(fr *frame) { *reg[int16](fr, d) = int16(load(at(fr, x))) }
	case reflect.Int8, reflect.Uint8:
		return func(fr *frame) { *reg[int8](fr, d) = int8(load(at(fr, x))) }
	case reflect.Float64:
		if unsigned {
			return func(fr *frame) { *reg[float64](fr, d) = float64(uint64(load(at(fr, x)))) }
		}
		if kx == reflect.Int {
			return func(fr *frame) { *reg[float64](fr, d) = float64(*reg[int](fr, x)) }
		}
		return func(fr *frame) { *reg[float64](fr, d) = float64(load(at(fr, x))) }
	case reflect.Float32:
		if unsigned {
			return func(fr *frame) { *reg[float32](fr, d) = float32(uint64(load(at(fr, x)))) }
		}
		return func(fr *frame) { *reg[float32](fr, d) = float32(load(at(fr, x))) }
	}
	return nil
}

// fromFloat converts floats to floats and integers.
func fromFloat(kd, kx reflect.Kind, d, x uintptr) op {
	switch kx {
	case reflect.Float64:
		return floatTo[float64](kd, d, x)
	case reflect.Float32:
		return floatTo[float32](kd, d, x)
	}
	return nil
}

func floatTo[F ~float32 | ~float64](kd reflect.Kind, d, x uintptr) op {
	switch kd {
	case reflect.Float64:
		return func(fr *frame) { *reg[float64](fr, d) = float64(*reg[F](fr, x)) }
	case reflect.Float32:
		return func(fr *frame) { *reg[float32](fr, d) = float32(*reg[F](fr, x)) }
	case reflect.Int:
		return func(fr *frame) { *reg[int](fr, d) = int(*reg[F](fr, x)) }
	case reflect.Int64:
		return func(fr *frame) { *reg[int64](fr, d) = int64(*reg[F](fr, x)) }
	case reflect.Int32:
		return func(fr *frame) { *reg[int32](fr, d) = int32(*reg[F](fr, x)) }
	case reflect.Int16:
		return func(fr *frame) { *reg[int16](fr, d) = int16(*reg[F](fr, x)) }
	case reflect.Int8:
		return func(fr *frame) { *reg[int8](fr, d) = int8(*reg[F](fr, x)) }
	case reflect.Uint:
		return func(fr *frame) { *reg[uint](fr, d) = uint(*reg[F](fr, x)) }
	case reflect.Uint64:
		return func(fr *frame) { *reg[uint64](fr, d) = uint64(*reg[F](fr, x)) }
	case reflect.Uintptr:
		return func(fr *frame) { *reg[uintptr](fr, d) = uintptr(*reg[F](fr, x)) }
	case reflect.Uint32:
		return func(fr *frame) { *reg[uint32](fr, d) = uint32(*reg[F](fr, x)) }
	case reflect.Uint16:
		return func(fr *frame) { *reg[uint16](fr, d) = uint16(*reg[F](fr, x)) }
	case reflect.Uint8:
		return func(fr *frame) { *reg[uint8](fr, d) = uint8(*reg[F](fr, x)) }
	}
	return nil
}

// convertText converts between strings, bytes and runes, whatever the types are named.
func convertText(to, of reflect.Type, d, x uintptr) op {
	elem := func(t reflect.Type) reflect.Kind {
		if t.Kind() == reflect.Slice {
			return t.Elem().Kind()
		}
		return t.Kind()
	}
	switch kd, kx := elem(to), elem(of); {
	case kx == reflect.String && kd == reflect.Uint8:
		return func(fr *frame) { *reg[[]byte](fr, d) = []byte(*reg[string](fr, x)) }
	case kx == reflect.String && kd == reflect.Int32:
		return func(fr *frame) { *reg[[]rune](fr, d) = []rune(*reg[string](fr, x)) }
	case kd == reflect.String && of.Kind() == reflect.Slice && kx == reflect.Uint8:
		return func(fr *frame) { *reg[string](fr, d) = string(*reg[[]byte](fr, x)) }
	case kd == reflect.String && of.Kind() == reflect.Slice && kx == reflect.Int32:
		return func(fr *frame) { *reg[string](fr, d) = string(*reg[[]rune](fr, x)) }
	case kd == reflect.String:
		load := intLoader(kx)
		if load == nil {
			return nil
		}
		return func(fr *frame) {
			n := load(at(fr, x))
			if n != int64(int32(n)) {
				n = '\uFFFD'
			}
			*reg[string](fr, d) = string(rune(n))
		}
	}
	return nil
}
