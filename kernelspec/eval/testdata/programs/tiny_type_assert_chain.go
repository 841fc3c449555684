// Assertions in conditions, in chains and in switches.
package main

import "fmt"

type reader interface{ Read() string }
type closer interface{ Close() string }
type file struct{}

func (file) Read() string   { return "r" }
func (*file) Close() string { return "c" }

func main() {
	for _, v := range []any{file{}, &file{}, 1} {
		if r, ok := v.(reader); ok {
			fmt.Print(r.Read())
			if c, ok := r.(closer); ok {
				fmt.Print(c.Close())
			}
		}
		switch v.(type) {
		case interface {
			reader
			closer
		}:
			fmt.Println(" both")
		case reader:
			fmt.Println(" one")
		default:
			fmt.Println("none")
		}
	}
}
