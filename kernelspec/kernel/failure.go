//go:build axnkernel

package main

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"axn/kernelspec/eval"
	"axn/kernelspec/help"
	"axn/kernelspec/magic"
	"axn/kernelspec/serve"

	"golang.org/x/text/width"
)

// Colours of error texts.
const (
	red    = "\x1b[1;31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	dim    = "\x1b[2m"
	off    = "\x1b[0m"
)

// mostFrames is how many places of a failure are shown: the first and the last ones.
const mostFrames = 12

// failure shows how a cell failed: what happened, then each place with its line and a
// caret below it.
func (l *language) failure(e *eval.Error) *serve.Failure {
	f := &serve.Failure{Name: string(e.Kind), Value: e.Value}
	switch e.Kind {
	case eval.Exit:
		f.Value = fmt.Sprintf("os.Exit(%v) in a cell does not end the kernel; variables keep their values", e.Cause)
	case eval.Panic:
		f.Name, f.Value = panicText(e)
	}
	if len(e.Problems) == 0 {
		f.Traceback = append([]string{red + f.Name + off + ": " + f.Value}, l.trace(e.Frames)...)
		return f
	}
	var texts []string
	for _, p := range e.Problems {
		text := l.explained(p)
		texts = append(texts, text)
		f.Traceback = append(f.Traceback, red+f.Name+off+": "+text)
		f.Traceback = append(f.Traceback, l.quote(p.At)...)
	}
	f.Value = strings.Join(texts, "\n")
	return f
}

// explained returns what is wrong with what may be meant.
func (l *language) explained(p eval.Problem) string {
	code := l.text(p.At.Cell)
	if hint := l.help.Hint(notebook{l.session}, code, offset(code, p.At), p.Message); hint != "" {
		return p.Message + "; " + hint
	}
	return p.Message
}

// text returns a cell as it was typed.
func (l *language) text(cell string) string {
	text, _ := l.texts.Load(cell)
	code, _ := text.(string)
	return code
}

// offset returns the byte at which a place lies.
func offset(code string, f eval.Frame) int {
	at := 0
	for range f.Line - 1 {
		n := strings.IndexByte(code[at:], '\n')
		if n < 0 {
			return len(code)
		}
		at += n + 1
	}
	return min(at+max(f.Column-1, 0), len(code))
}

// trace shows the places of a failure: those of compiled functions by name, those of
// cells with their lines.
func (l *language) trace(frames []eval.Frame) (lines []string) {
	for i, f := range frames {
		if len(frames) > mostFrames && i == mostFrames/2 {
			lines = append(lines, fmt.Sprintf("  %s… %d more calls …%s", dim, len(frames)-mostFrames, off))
		}
		switch {
		case len(frames) > mostFrames && i >= mostFrames/2 && i < len(frames)-mostFrames/2:
		case f.Cell == "":
			lines = append(lines, "  "+dim+"in "+f.Func+off)
		default:
			lines = append(lines, l.quote(f)...)
		}
	}
	return lines
}

// quote shows a place: its position and function, the line and a caret below it.
func (l *language) quote(f eval.Frame) []string {
	head := "  " + cyan + f.String() + off
	if f.Func != "" {
		head += " in " + f.Func
	}
	lines := strings.Split(l.text(f.Cell), "\n")
	if f.Line < 1 || f.Line > len(lines) {
		return []string{head}
	}
	line, number := lines[f.Line-1], strconv.Itoa(f.Line)
	return []string{
		head,
		fmt.Sprintf("    %s%s%s | %s", green, number, off, line),
		fmt.Sprintf("    %s | %s%s^%s", strings.Repeat(" ", len(number)), blank(line[:min(max(f.Column-1, 0), len(line))]), red, off),
	}
}

// blank returns spaces as wide as a text: tabs stay, wide characters take two columns,
// and marks on others none.
func blank(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case r == '\t':
			b.WriteByte('\t')
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// panicText names what a cell panicked with. A magic panics with its own error.
func panicText(e *eval.Error) (name, value string) {
	if m, ok := e.Cause.(*magic.Error); ok {
		return "error", m.Text
	}
	if err, ok := e.Cause.(error); ok && strings.Contains(err.Error(), "nil pointer dereference") {
		return string(e.Kind), e.Value + "; what stands before a dot, or is handed over, is nil: look at the error of what should have made it"
	}
	return string(e.Kind), e.Value
}

// makesError recognises a last expression that makes or takes apart an error: it does not
// fail, its value is looked at.
var makesError = regexp.MustCompile(`^(errors\.(New|Join|Unwrap)|fmt\.Errorf)\(`)

// failed returns the error of a cell whose last value is one, or holds one as a data
// frame does in its field Err; nil if all is well.
func failed(r *run, values []any) *eval.Error {
	if len(values) == 0 || makesError.MatchString(r.cell.Code[help.LastPiece(r.cell.Code):]) {
		return nil
	}
	err := errorIn(values[len(values)-1])
	if err == nil {
		return nil
	}
	return &eval.Error{Kind: eval.Failed, Value: err.Error(), Cause: err, Frames: []eval.Frame{frame(r, help.LastPiece(r.cell.Code))}}
}

// frame returns the place of a byte of a cell.
func frame(r *run, at int) eval.Frame {
	before := r.cell.Code[:at]
	return eval.Frame{Cell: r.name, Line: strings.Count(before, "\n") + 1, Column: at - strings.LastIndexByte(before, '\n')}
}

// errorIn returns the error that a value is or carries, nil if there is none.
func errorIn(v any) error {
	if err, ok := v.(error); ok {
		return err
	}
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer {
		r = r.Elem()
	}
	if r.Kind() != reflect.Struct {
		return nil
	}
	f := r.FieldByName("Err")
	if !f.IsValid() || f.Type() != reflect.TypeFor[error]() || f.IsNil() || !f.CanInterface() {
		return nil
	}
	err, _ := f.Interface().(error)
	return err
}

// pointOutErrors tells about errors that the cell's statements gave to variables and
// that no later statement of the cell looks at.
func (l *language) pointOutErrors(r *run) {
	for _, u := range help.UnreadResults(magic.Blank(r.cell.Code, l.known)) {
		v, ok := l.session.Value(u.Name)
		if !ok || !v.CanInterface() {
			continue
		}
		if err, isErr := v.Interface().(error); isErr {
			fmt.Fprintf(os.Stderr, "%s%s%s: %s is not nil and the cell does not look at it: %v\n", yellow, frame(r, u.Start), off, u.Name, err)
		}
	}
}
