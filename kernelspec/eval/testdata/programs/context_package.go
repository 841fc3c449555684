// Contexts: cancellation, causes, deadlines, values of private keys, AfterFunc, own contexts.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type key int
type user struct{ name string }

const userKey key = 0

func with(ctx context.Context, u user) context.Context { return context.WithValue(ctx, userKey, u) }
func from(ctx context.Context) (user, bool)            { u, ok := ctx.Value(userKey).(user); return u, ok }

type mine struct {
	context.Context
	extra string
}

func (m mine) Value(k any) any {
	if k == "extra" {
		return m.extra
	}
	return m.Context.Value(k)
}

func work(ctx context.Context, n int) error {
	for range n {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}

var errWhy = errors.New("why")

func main() {
	bg := context.Background()
	fmt.Println(bg, context.TODO())
	c, cancel := context.WithCancel(with(bg, user{"ann"}))
	u, ok := from(c)
	_, no := from(bg)
	fmt.Println(u.name, ok, no, c.Value(0) == nil)
	cancel()
	fmt.Println(c.Err(), work(c, 5), context.Cause(c))
	d, cancel2 := context.WithTimeout(bg, 5*time.Millisecond)
	defer cancel2()
	err := work(d, 1000)
	fmt.Println(err, errors.Is(err, context.DeadlineExceeded), err == context.DeadlineExceeded)
	_, has := d.Deadline()
	e, cancelCause := context.WithCancelCause(bg)
	cancelCause(errWhy)
	fmt.Println(has, e.Err(), context.Cause(e) == errWhy)
	f, stop := context.WithCancel(bg)
	ran := make(chan bool)
	context.AfterFunc(f, func() { close(ran) })
	stop()
	<-ran
	m := mine{with(bg, user{"bob"}), "x"}
	g, cancel3 := context.WithCancel(m)
	fmt.Println(g.Value("extra"), g.Value(userKey).(user).name)
	cancel3()
	<-g.Done()
	fmt.Println(context.WithoutCancel(g).Err(), g.Err(), work(bg, 1))
}
