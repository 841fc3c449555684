// A state machine with state functions, and one with a table.
package main

import (
	"fmt"
	"strings"
)

type lexer struct {
	in    string
	pos   int
	items []string
}
type stateFn func(*lexer) stateFn

func lexText(l *lexer) stateFn {
	i := strings.Index(l.in[l.pos:], "{{")
	if i < 0 {
		l.emit("text", len(l.in))
		return nil
	}
	l.emit("text", l.pos+i)
	l.pos += 2
	return lexCode
}

func lexCode(l *lexer) stateFn {
	i := strings.Index(l.in[l.pos:], "}}")
	if i < 0 {
		l.items = append(l.items, "error: unclosed")
		return nil
	}
	l.emit("code", l.pos+i)
	l.pos += 2
	return lexText
}

func (l *lexer) emit(kind string, end int) {
	if end > l.pos {
		l.items = append(l.items, kind+":"+l.in[l.pos:end])
	}
	l.pos = end
}

func lex(s string) []string {
	l := &lexer{in: s}
	for state := stateFn(lexText); state != nil; {
		state = state(l)
	}
	return l.items
}

type State int
type Event string

const (
	Idle State = iota
	Running
	Stopped
)

//go:generate stringer -type=State
func (s State) String() string {
	return [...]string{Idle: "idle", Running: "running", Stopped: "stopped"}[s]
}

type Machine struct {
	State
	table map[State]map[Event]State
	on    func(from, to State)
}

func (m *Machine) Fire(e Event) error {
	to, ok := m.table[m.State][e]
	if !ok {
		return fmt.Errorf("no %q in state %v", e, m.State)
	}
	m.on(m.State, to)
	m.State = to
	return nil
}

func main() {
	fmt.Printf("%q\n", lex("a {{b}} c{{d}}"))
	fmt.Printf("%q\n", lex("x{{y"))
	m := &Machine{table: map[State]map[Event]State{Idle: {"start": Running}, Running: {"stop": Stopped, "pause": Idle}},
		on: func(a, b State) { fmt.Print(a, "->", b, " ") }}
	for _, e := range []Event{"start", "pause", "start", "stop", "start"} {
		if err := m.Fire(e); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(m, m.State == Stopped)
}
