package remote

import (
	"cmp"
	"math"
	"net/url"
	"strings"
	"time"
)

// replica is one server of a Client. Its fields are guarded by the client's mu.
type replica struct {
	url    *url.URL
	server *Server   // nil until it has described itself, and again after a failure
	busy   int       // requests under way
	sent   int       // requests ever
	failed int       // failures in a row
	err    error     // the last of them
	until  time.Time // set aside until then, if failed
}

// String is the URL without a password.
func (r *replica) String() string { return r.url.Redacted() }

// take chooses the replica with the fewest requests under way, of equal ones the one that
// got the fewest ever, among those that are usable and not set aside; nil if there is none.
// A replica whose pause is over gets one request, and the next after another pause unless it
// answers.
func (c *Client) take(usable func(*replica) bool) (best *replica, probe bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for _, r := range c.replicas {
		if usable(r) && !(r.failed > 0 && now.Before(r.until)) && (best == nil || cmp.Or(r.busy-best.busy, r.sent-best.sent) < 0) {
			best = r
		}
	}
	if best == nil {
		return nil, false
	}
	best.busy++
	best.sent++
	if probe = best.failed > 0; probe {
		best.until = now.Add(c.pause(best.failed, nil))
	}
	return best, probe
}

// back returns how long it takes until a replica that is usable is no longer set aside.
func (c *Client) back(usable func(*replica) bool) (wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wait = -1
	for _, r := range c.replicas {
		if left := max(0, time.Until(r.until)); usable(r) && (wait < 0 || left < wait) {
			wait = left
		}
	}
	return wait
}

// answered takes note of an answer. A replica that was set aside is back if it was asked
// for that.
func (c *Client) answered(a *attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.probe {
		a.at.failed, a.at.err = 0, nil
	}
	n := len(a.job.texts)
	if n == 0 {
		return
	}
	took := time.Since(a.begun) / time.Duration(n)
	if c.usual == 0 {
		c.usual = took
	}
	c.usual += (took - c.usual) / 8
	c.most = max(c.most, n)
	if c.limit > 0 {
		c.limit = max(c.limit, n)
	}
}

// shrink learns from the refusal of n texts in one request. It returns how many are sent from now
// on; 0 is as many as before, because so many were taken earlier.
func (c *Client) shrink(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	fewer := max(n/2, c.most, 1)
	if fewer >= n || c.limit > 0 && c.limit <= fewer {
		return 0
	}
	c.limit = fewer
	return fewer
}

// largest is how many texts a request may have, as far as refusals have taught.
func (c *Client) largest() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.limit, math.MaxInt)
}

// failure sets a replica aside; failures of requests sent before it was do not count again.
func (c *Client) failure(a *attempt, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := a.at
	r.err = err
	if r.failed > 0 && !a.probe {
		return
	}
	r.failed++
	r.server = nil
	r.until = time.Now().Add(c.pause(r.failed, err))
}

// failures returns how often each replica failed in a row.
func (c *Client) failures() map[*replica]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	failed := map[*replica]int{}
	for _, r := range c.replicas {
		failed[r] = r.failed
	}
	return failed
}

func (c *Client) release(r *replica) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.busy--
}

// overdue is how long a request of n texts may take before a second server is asked.
func (c *Client) overdue(n int) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.usual == 0 {
		return cmp.Or(c.Timeout, time.Minute) / 10
	}
	return max(3*c.usual*time.Duration(n), 50*time.Millisecond)
}

// replicaErrors is why none of the servers answers: what each of them said last.
type replicaErrors []error

func (c *Client) errors() (errs replicaErrors) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.replicas {
		if r.err != nil {
			errs = append(errs, r.err)
		}
	}
	return errs
}

func (e replicaErrors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (e replicaErrors) Unwrap() []error { return e }
