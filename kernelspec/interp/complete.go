package interp

import (
	"bufio"
	"io"
	"strings"

	"github.com/cosmos72/gomacro/base"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/go/etoken"
	"github.com/cosmos72/gomacro/go/parser"
)

// Completion lists what could stand for the bytes from Start to End of a cell.
type Completion struct {
	Start, End int
	Matches    []Match
}

// Match is one completion: its text, its kind ("function", "type", "module",
// "instance", "property", "keyword") and its type or signature.
type Match struct{ Text, Kind, Signature string }

// Complete completes the name that ends at a byte offset of code.
func (in *Interp) Complete(code string, cursor int) Completion {
	in.mu.Lock()
	defer in.mu.Unlock()
	_, words, _ := in.ir.CompleteWords(code, cursor)
	c := Completion{Start: cursor - len(fast.TailIdentifier(code[:cursor])), End: cursor}
	for _, w := range words {
		if !strings.HasPrefix(w, "__") {
			c.Matches = append(c.Matches, Match{Text: w})
		}
	}
	return c
}

// IsComplete tells whether a cell can be run as it is: "complete", "incomplete",
// with the indent of its next line, or "invalid".
func (in *Interp) IsComplete(code string) (status, indent string) {
	read := base.MakeBufReadline(bufio.NewReader(strings.NewReader(code)))
	for {
		_, _, err := base.ReadMultiline(read, base.ReadOptions(0), "")
		if err == io.ErrUnexpectedEOF {
			return "incomplete", nextIndent(code)
		}
		if err != nil {
			break
		}
	}
	var p parser.Parser
	p.Configure(0, '~')
	p.Init(etoken.NewFileSet(), "cell", 0, []byte(code))
	if _, err := p.Parse(); err != nil {
		return "invalid", ""
	}
	return "complete", ""
}

// nextIndent is the indent of the last line, one deeper if that opens a block.
func nextIndent(code string) string {
	line := code[strings.LastIndexByte(code, '\n')+1:]
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if strings.HasSuffix(strings.TrimRight(line, " \t"), "{") || strings.HasSuffix(strings.TrimRight(line, " \t"), "(") {
		indent += "\t"
	}
	return indent
}
