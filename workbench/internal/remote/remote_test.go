package remote

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "0.5": time.Second / 2, "-7": 0, "NaN": 0,
		"Wed, 02 Jan 2030 03:05:05 GMT": time.Minute, "Wed, 02 Jan 2020 03:05:05 GMT": 0, "soon": 0} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
}

func TestPause(t *testing.T) {
	c := &Client{}
	for try := 1; try < 80; try++ {
		full := min(firstBackoff<<min(try-1, 10), maxBackoff)
		if p := c.pause(try, io.EOF); p < full/2 || p >= full*3/2 {
			t.Errorf("try %d: pause %v, want about %v", try, p, full)
		}
	}
}

// TestTake: the least loaded replica, in turn, and one request for one that was set aside.
func TestTake(t *testing.T) {
	c, err := New(Settings{URLs: []string{"http://a", "http://b", "http://c"}, Backoff: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	rs := c.replicas
	any := func(*replica) bool { return true }
	var order []string
	take := func() *replica {
		r, _ := c.take(any)
		order = append(order, r.url.Host)
		return r
	}
	for range 3 {
		take()
	}
	c.release(rs[1])
	c.release(take())
	take()
	rs[2].busy = 0
	c.failure(&attempt{at: rs[2]}, io.EOF)
	take()
	rs[2].until = time.Time{} // its pause is over
	_, probe := c.take(any)
	take()
	if got := strings.Join(order, ""); got != "abcbbab" || !probe || rs[2].failed != 1 || c.back(func(r *replica) bool { return r == rs[2] }) <= 0 {
		t.Errorf("order %s, probe %v, %+v", got, probe, rs[2])
	}
	c.answered(&attempt{at: rs[2], probe: true, job: &job{}, begun: time.Now()})
	if rs[2].failed != 0 || rs[2].err != nil {
		t.Errorf("still set aside: %+v", rs[2])
	}
}

func FuzzMessage(f *testing.F) {
	for _, seed := range []string{`{"error":{"message":"x"}}`, `{"detail":[{"loc":["body",3],"msg":"m"}]}`, `<html><title>x</title>`, "\ufeff[NaN]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		if line := readable(answer); strings.ContainsAny(line, "\n\r") {
			t.Fatalf("more than one line: %q", line)
		}
		aboutFields(answer)
		if _, err := JSON(answer, "scores", "a server"); err != nil && strings.ContainsAny(err.Error(), "\n\r") {
			t.Fatalf("more than one line: %q", err)
		}
	})
}
