package npy

import (
	"bytes"
	"encoding/binary"
	"unsafe"
)

// value is a type that files hold and memory holds alike.
type value interface {
	int8 | int32 | uint16 | float32 | float64
}

// typeName is NumPy's name of a type of numbers, without the byte order.
func typeName[T value]() string {
	switch any(*new(T)).(type) {
	case int8:
		return "i1"
	case int32:
		return "i4"
	case uint16:
		return "f2"
	case float32:
		return "f4"
	}
	return "f8"
}

// asBytes is the memory of values.
func asBytes[T value](values []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(*new(T))))
}

// native tells whether order is the machine's.
func native(order binary.ByteOrder) bool {
	return order.Uint16([]byte{1, 0}) == binary.NativeEndian.Uint16([]byte{1, 0})
}

// View returns the array of a file that stands in memory. It shares that memory
// where the values lie there as they are wanted, which is so for what Write
// writes as float32; otherwise it is read as by Read.
func View(file []byte) (Array, error) {
	h, n, err := open(bytes.NewReader(file), int64(len(file)), "f2", "f4", "f8")
	if err != nil {
		return Array{}, err
	}
	if data, ok := view[float32](h, file[n:]); ok && !h.fortran {
		return Array{Rows: h.rows, Cols: h.cols, Data: data}, nil
	}
	return Read(bytes.NewReader(file), int64(len(file)))
}

// ViewList is View for a list.
func ViewList[T Whole](file []byte) ([]T, error) {
	h, n, err := open(bytes.NewReader(file), int64(len(file)), typeName[T]())
	if err != nil {
		return nil, err
	}
	if list, ok := view[T](h, file[n:]); ok {
		return list, nil
	}
	return ReadList[T](bytes.NewReader(file), int64(len(file)))
}

// view shows b as values, unless type, byte order or alignment forbid it.
func view[T value](h header, b []byte) ([]T, bool) {
	size := unsafe.Sizeof(*new(T))
	at := unsafe.Pointer(unsafe.SliceData(b))
	if h.typeName() != typeName[T]() || size > 1 && !native(h.order()) || uintptr(at)%size != 0 {
		return nil, false
	}
	return unsafe.Slice((*T)(at), uintptr(len(b))/size), true
}
