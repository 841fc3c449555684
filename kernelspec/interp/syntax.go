package interp

import (
	"bufio"
	"io"
	"strings"

	"github.com/cosmos72/gomacro/base"
)

// IsComplete tells whether a cell can be run as it is: "complete", "incomplete",
// with the indent of its next line, or "invalid".
func (in *Interp) IsComplete(code string) (status, indent string) {
	in.mu.Lock()
	code = in.expand(code)
	in.mu.Unlock()
	if list := tokens(code); len(list) > 0 {
		if last := list[len(list)-1]; last.unfinished() && (last.text[0] == '`' || strings.HasPrefix(last.text, "/*")) {
			return "incomplete", ""
		}
	}
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
	if _, err := parse(code); err != nil {
		return "invalid", ""
	}
	return "complete", ""
}

// nextIndent is the indent of the last line, one deeper if that opens a bracket.
func nextIndent(code string) string {
	line := code[strings.LastIndexByte(code, '\n')+1:]
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if line = strings.TrimRight(line, " \t"); line != "" && strings.ContainsRune("{([", rune(line[len(line)-1])) {
		indent += "\t"
	}
	return indent
}
