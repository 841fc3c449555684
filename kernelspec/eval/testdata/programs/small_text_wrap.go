// Wrapping, justifying, centring and boxing text with runes counted.
package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func wrap(s string, width int) (lines []string) {
	line := ""
	for _, w := range strings.Fields(s) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(lines, line)
}

func center(s string, width int) string {
	pad := width - utf8.RuneCountInString(s)
	return strings.Repeat(" ", pad/2) + s + strings.Repeat(" ", pad-pad/2)
}

func box(lines []string) string {
	w := 0
	for _, l := range lines {
		w = max(w, utf8.RuneCountInString(l))
	}
	var b strings.Builder
	edge := "+" + strings.Repeat("-", w+2) + "+\n"
	b.WriteString(edge)
	for _, l := range lines {
		fmt.Fprintf(&b, "| %s |\n", center(l, w))
	}
	b.WriteString(edge)
	return b.String()
}

func main() {
	fmt.Print(box(wrap("Der schnelle braune Füchs springt über den faulen Hund", 16)))
	fmt.Printf("%q\n", wrap("", 5))
}
