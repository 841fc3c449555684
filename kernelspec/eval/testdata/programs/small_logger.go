// A logger with levels, prefix, fields and a writer; interfaces kept small.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

type Level uint8

const (
	Debug Level = iota
	Info
	Error
)

func (l Level) String() string { return [...]string{"DEBUG", "INFO", "ERROR"}[l] }

type Logger struct {
	w      io.Writer
	min    Level
	fields []string
}

type Option func(*Logger)

func Min(l Level) Option { return func(lg *Logger) { lg.min = l } }

func New(w io.Writer, opts ...Option) *Logger {
	l := &Logger{w: w}
	for _, o := range opts {
		o(l)
	}
	return l
}

func (l *Logger) With(k string, v any) *Logger {
	c := *l
	c.fields = append(slices.Clip(c.fields), fmt.Sprintf("%s=%v", k, v))
	return &c
}

func (l *Logger) log(lv Level, f string, a ...any) {
	if lv >= l.min {
		fmt.Fprintln(l.w, strings.TrimSpace(fmt.Sprintf("%-5v %s %s", lv, fmt.Sprintf(f, a...), strings.Join(l.fields, " "))))
	}
}
func (l *Logger) Infof(f string, a ...any)  { l.log(Info, f, a...) }
func (l *Logger) Debugf(f string, a ...any) { l.log(Debug, f, a...) }
func (l *Logger) Error(err error)           { l.log(Error, "%v", err) }

func main() {
	var buf bytes.Buffer
	l := New(io.MultiWriter(os.Stdout, &buf), Min(Info))
	l.Infof("start %d", 1)
	l.Debugf("hidden")
	a := l.With("id", 7)
	b := a.With("user", "ann")
	c := a.With("user", "bob")
	b.Infof("b")
	c.Error(fmt.Errorf("wrapped: %w", io.EOF))
	l.Infof("plain")
	fmt.Println(bytes.Count(buf.Bytes(), []byte("\n")))
}
