package interp

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/cosmos72/gomacro/xreflect"
)

// sources keeps the code of the cells, so that errors can quote it.
type sources struct {
	mu       sync.Mutex
	lines    map[string][]string
	comments map[string]string // of the names that cells declare
}

func newSources() *sources {
	return &sources{lines: map[string][]string{}, comments: map[string]string{}}
}

func (s *sources) add(c *Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := strings.Split(c.Code, "\n")
	s.lines[c.Name] = lines
	var above []string
	for _, line := range lines {
		if text, isComment := strings.CutPrefix(line, "//"); isComment {
			above = append(above, strings.TrimPrefix(text, " "))
			continue
		}
		if m := declaration.FindStringSubmatch(line); m != nil {
			s.comments[m[1]+m[2]] = strings.Join(above, "\n")
		}
		above = nil
	}
}

// declaration matches the beginning of a declaration at the top of a cell.
var declaration = regexp.MustCompile(`^(?:func|type|var|const)\s+(\w+)|^(\w+)\s*:=`)

// underlying returns what a type declared in a cell is made of.
func underlying(t xreflect.Type) string {
	switch t.Kind() {
	case reflect.Struct:
		var b strings.Builder
		b.WriteString("struct {\n")
		for i := range t.NumField() {
			b.WriteString("\t" + t.Field(i).Name + " " + typeText(t.Field(i).Type) + "\n")
		}
		return b.String() + "}"
	case reflect.Interface:
		return "interface"
	}
	return t.ReflectType().Kind().String()
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

// comment returns the comment above the last declaration of a name in a cell.
func (s *sources) comment(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.comments[name]
}
