// TCP and Unix-free networking on the loopback: echo servers, deadlines, own connections, rpc.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/rpc"
	"os"
	"time"
)

type Arith int
type Args struct{ A, B int }

func (t *Arith) Mul(a *Args, reply *int) error { *reply = a.A * a.B; return nil }
func (t *Arith) Div(a *Args, reply *float64) error {
	if a.B == 0 {
		return errors.New("divide by zero")
	}
	*reply = float64(a.A) / float64(a.B)
	return nil
}

type upper struct{ net.Conn }

func (u upper) Write(p []byte) (int, error) { return u.Conn.Write(bytes.ToUpper(p)) }

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				sc := bufio.NewScanner(c)
				for sc.Scan() {
					fmt.Fprintf(upper{c}, "echo %s\n", sc.Text())
				}
			}()
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	fmt.Println(err)
	fmt.Fprintln(c, "hello")
	r := bufio.NewReader(c)
	s, err := r.ReadString('\n')
	fmt.Printf("%q %v\n", s, err)
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err = r.ReadByte()
	var ne net.Error
	fmt.Println(errors.As(err, &ne) && ne.Timeout(), errors.Is(err, os.ErrDeadlineExceeded))
	c.Close()
	l.Close()
	a, b := net.Pipe()
	srv := rpc.NewServer()
	fmt.Println(srv.Register(new(Arith)))
	go srv.ServeConn(a)
	client := rpc.NewClient(b)
	var n int
	fmt.Println(client.Call("Arith.Mul", &Args{6, 7}, &n), n)
	var f float64
	fmt.Println(client.Call("Arith.Div", &Args{1, 0}, &f), client.Call("Arith.Div", &Args{1, 4}, &f), f)
	call := <-client.Go("Arith.Mul", Args{3, 3}, &n, nil).Done
	fmt.Println(call.Error, n)
	ip := net.ParseIP("192.168.1.10")
	_, block, _ := net.ParseCIDR("192.168.0.0/16")
	fmt.Println(ip, block.Contains(ip), net.JoinHostPort("::1", "80"))
	ap, _ := netip.ParseAddrPort("10.0.0.1:99")
	fmt.Println(ap.Addr().Is4(), ap.Port())
}
