// text/tabwriter, text/scanner and table output of own rows.
package main

import (
	"fmt"
	"os"
	"strings"
	"text/scanner"
	"text/tabwriter"
)

type row struct {
	name string
	n    int
	f    float64
}

func main() {
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight|tabwriter.Debug)
	for _, r := range []row{{"a", 1, 1.5}, {"longer name", 20, 22.25}, {"é", 300, 0}} {
		fmt.Fprintf(w, "%s\t%d\t%.2f\t\n", r.name, r.n, r.f)
	}
	w.Flush()
	w = tabwriter.NewWriter(os.Stdout, 5, 0, 1, '.', 0)
	fmt.Fprintln(w, "x\ty\tz")
	fmt.Fprintln(w, "aaaaaa\tb\tc")
	w.Flush()
	var s scanner.Scanner
	s.Init(strings.NewReader("x := 3.14 + foo(\"a b\") // end"))
	for tok := s.Scan(); tok != scanner.EOF; tok = s.Scan() {
		fmt.Print(s.Position.Column, ":", scanner.TokenString(tok), " ", s.TokenText(), " | ")
	}
	fmt.Println()
	fmt.Printf("%-10s|%5d|%8.3f|%x\n", "left", 42, 3.14159, "hex")
	fmt.Printf("%s\n", strings.Repeat("=", 20))
}
