// Reading a table of numbers.
package main

import (
	"fmt"
	"io"
	"strings"
)

type row struct {
	name string
	x, y float64
}

func main() {
	in := strings.NewReader("a 1 2.5\nb 3 -4\n")
	var rows []row
	for {
		var r row
		if _, err := fmt.Fscan(in, &r.name, &r.x, &r.y); err != nil {
			fmt.Println(err == io.EOF)
			break
		}
		rows = append(rows, r)
	}
	fmt.Println(rows, rows[1].x+rows[1].y)
}
