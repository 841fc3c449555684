// Functional options, fluent builders, and middleware chains.
package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

type Server struct {
	addr    string
	timeout time.Duration
	hooks   []Hook
	err     error
}
type Option func(*Server) error
type Hook func(next Handler) Handler
type Handler interface{ Handle(string) string }
type HandlerFunc func(string) string

func (f HandlerFunc) Handle(s string) string { return f(s) }

func WithTimeout(d time.Duration) Option {
	return func(s *Server) error {
		if d < 0 {
			return fmt.Errorf("timeout %v is negative", d)
		}
		s.timeout = d
		return nil
	}
}
func WithHook(h ...Hook) Option {
	return func(s *Server) error { s.hooks = append(s.hooks, h...); return nil }
}

func NewServer(addr string, opts ...Option) (*Server, error) {
	s := &Server{addr: addr, timeout: time.Second}
	for _, o := range opts {
		if err := o(s); err != nil {
			return nil, fmt.Errorf("new server %s: %w", addr, err)
		}
	}
	return s, nil
}

func (s *Server) Serve(h Handler, req string) string {
	for _, hook := range slices.Backward(s.hooks) {
		h = hook(h)
	}
	return h.Handle(req)
}

type Query struct {
	table string
	where []string
	args  []any
	limit int
}

func From(t string) *Query { return &Query{table: t} }
func (q *Query) Where(c string, a ...any) *Query {
	q.where = append(q.where, c)
	q.args = append(q.args, a...)
	return q
}
func (q *Query) Limit(n int) *Query { q.limit = n; return q }
func (q Query) String() string {
	s := "SELECT * FROM " + q.table
	if len(q.where) > 0 {
		s += " WHERE " + strings.Join(q.where, " AND ")
	}
	if q.limit > 0 {
		s += fmt.Sprint(" LIMIT ", q.limit)
	}
	return s
}

func main() {
	wrap := func(a, b string) Hook {
		return func(next Handler) Handler {
			return HandlerFunc(func(s string) string { return a + next.Handle(s) + b })
		}
	}
	s, err := NewServer(":80", WithTimeout(2*time.Second), WithHook(wrap("(", ")"), wrap("[", "]")))
	fmt.Println(s.timeout, err, s.Serve(HandlerFunc(strings.ToUpper), "req"))
	_, err = NewServer(":81", WithTimeout(-1))
	fmt.Println(err)
	q := From("t").Where("a = ?", 1).Where("b > ?", 2).Limit(3)
	fmt.Println(q, q.args)
	fmt.Printf("%v|%s|%+v\n", *q, q, q.where)
}
