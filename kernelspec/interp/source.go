package interp

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// sources keeps the code of the cells, so that errors can quote it.
type sources struct {
	mu    sync.Mutex
	lines map[string][]string
}

func newSources() *sources { return &sources{lines: map[string][]string{}} }

func (s *sources) add(c *Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines[c.Name] = strings.Split(c.Code, "\n")
}

// line returns a line of a cell, from 1.
func (s *sources) line(cell string, n int) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := s.lines[cell]
	if n < 1 || n > len(lines) {
		return "", false
	}
	return lines[n-1], true
}

// quote shows a place: its position, the source line and a caret below it.
func (s *sources) quote(f Frame) []string {
	out := []string{"  \x1b[36m" + f.String() + "\x1b[0m"}
	line, ok := s.line(f.Cell, f.Line)
	if !ok {
		return out
	}
	number := strconv.Itoa(f.Line)
	before := line[:min(max(f.Column-1, 0), len(line))]
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return '\t'
		}
		return ' '
	}, before)
	return append(out,
		fmt.Sprintf("    \x1b[32m%s\x1b[0m | %s", number, line),
		fmt.Sprintf("    %s | %s\x1b[1;31m^\x1b[0m", strings.Repeat(" ", utf8.RuneCountInString(number)), pad))
}
