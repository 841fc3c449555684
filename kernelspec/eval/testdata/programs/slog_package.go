// log/slog and log: handlers of our own, LogValuer, groups, levels, text and JSON.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"
)

type user struct {
	id   int
	pass string
}

func (u user) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("id", u.id), slog.String("pass", "***"))
}

type memory struct {
	lines *[]string
	attrs []slog.Attr
}

func (m memory) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }
func (m memory) Handle(_ context.Context, r slog.Record) error {
	s := r.Level.String() + " " + r.Message
	for _, a := range m.attrs {
		s += " " + a.String()
	}
	r.Attrs(func(a slog.Attr) bool { s += " " + a.String(); return true })
	*m.lines = append(*m.lines, s)
	return nil
}
func (m memory) WithAttrs(a []slog.Attr) slog.Handler {
	m.attrs = append(m.attrs[:len(m.attrs):len(m.attrs)], a...)
	return m
}
func (m memory) WithGroup(string) slog.Handler { return m }

func noTime(g []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

func main() {
	l := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: noTime, Level: slog.LevelDebug}))
	l.Info("hello", "n", 1, "u", user{7, "secret"}, "err", errors.New("e x"))
	l.With("a", true).WithGroup("g").Debug("grouped", slog.Float64("f", 1.5), slog.Any("s", []int{1}))
	j := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: noTime}))
	j.Warn("json", slog.Group("req", "path", "/x", "ms", 5*time.Millisecond))
	j.Debug("not shown")
	var lines []string
	m := slog.New(memory{lines: &lines})
	m.Debug("no")
	m.With("k", "v").Error("yes", "x", user{1, "p"})
	fmt.Printf("%q\n", lines)
	var b bytes.Buffer
	lg := log.New(&b, "[p] ", log.Lmsgprefix)
	lg.Println("one", 2)
	lg.Printf("%03d", 7)
	fmt.Print(b.String())
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		lg.Panicln("log panic")
	}()
	fmt.Println(lg.Prefix(), lg.Flags() == log.Lmsgprefix)
}
