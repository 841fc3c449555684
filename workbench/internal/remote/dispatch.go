package remote

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// job is a request to be answered: for some texts.
type job struct {
	texts    []int // their indices in the call; none when the server is only asked what it is
	tries    int
	attempts []*attempt // under way: one, or two when the first is overdue
}

// attempt is one try of a job at one replica.
type attempt struct {
	job    *job
	at     *replica
	probe  bool // of a replica that was set aside
	begun  time.Time
	cancel context.CancelFunc
	got    any
	err    error
}

// dispatch is the requests of one call on their way to the replicas. One goroutine, the
// caller's, decides; each attempt has its own and reports on ended.
type dispatch struct {
	*Client
	ctx      context.Context
	queue    []*job
	under    []*attempt
	ended    chan *attempt
	out      map[*replica]bool // refused to serve this call
	begun    map[*replica]int  // its failures in a row when the call began
	answers  int               // requests answered
	rejected map[string]int    // requests that ended in an error of their own, by its text
	send     func(ctx context.Context, t Turn, texts []int) (any, error)
	done     func(texts []int, got any, err error) // once a job, or for each part of it

	listener Listener
	saying   sync.Mutex
	said     map[string]bool // what the listener was told
}

// maxRejected is how many requests may end in the same error before a call in which none was
// answered gives up.
const maxRejected = 16

func (c *Client) newDispatch(ctx context.Context, jobs []*job, l Listener) *dispatch {
	return &dispatch{Client: c, ctx: ctx, queue: jobs, ended: make(chan *attempt), out: map[*replica]bool{}, begun: c.failures(),
		rejected: map[string]int{}, listener: l, said: map[string]bool{}}
}

// Run has send ask a server for each job, which is some texts of the call by their indices, several
// at a time, and tells done what came of it: once a job, or for each part of one that had to be
// divided. done is called from one goroutine.
func (c *Client) Run(ctx context.Context, jobs [][]int, l Listener, send func(ctx context.Context, t Turn, texts []int) (any, error), done func(texts []int, got any, err error)) {
	list := make([]*job, len(jobs))
	for i, texts := range jobs {
		list[i] = &job{texts: texts}
	}
	d := c.newDispatch(ctx, list, l)
	d.send = send
	d.done = func(texts []int, got any, err error) {
		done(texts, got, err)
		d.count(len(texts))
	}
	d.run()
}

// Turn is a request's turn at a server.
type Turn struct {
	*dispatch
	at *replica
}

// Server is what is known of the server; if that is nothing, it is asked.
func (t Turn) Server(ctx context.Context) (*Server, error) { return t.meet(ctx, t.at) }

// Said puts the server's name before what is wrong with its answer.
func (t Turn) Said(err error) error { return fmt.Errorf("%s: %w", t.at, err) }

// Post sends a request to a server's endpoint once.
func (t Turn) Post(ctx context.Context, s *Server, request any) ([]byte, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	return t.try(ctx, http.MethodPost, s.Endpoint, body, s.Shape)
}

// Page gets a JSON page; found is false when the server has none there.
func (t Turn) Page(ctx context.Context, u *url.URL, v any) (found bool, err error) {
	body, err := t.try(ctx, http.MethodGet, u.String(), nil, t.Shape)
	switch statusOf(err) {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return false, nil
	}
	return err == nil && json.Unmarshal(body, v) == nil, err
}

// say tells the listener a line, once for each subject.
func (d *dispatch) say(subject, text string) {
	d.saying.Lock()
	before := d.said[subject]
	d.said[subject] = true
	d.saying.Unlock()
	if !before && d.listener.Note != nil {
		d.listener.Note(OneLine(text))
	}
}

// count tells the listener of n texts that are done.
func (d *dispatch) count(n int) {
	if d.listener.Done != nil {
		d.listener.Done(n)
	}
}

// Ask returns what the servers say of themselves; the first answer is enough, and is kept.
func (c *Client) Ask(ctx context.Context, l Listener) (s *Server, err error) {
	c.mu.Lock()
	s = c.server
	c.mu.Unlock()
	if s != nil {
		return s, nil
	}
	d := c.newDispatch(ctx, []*job{{}}, l)
	d.send = func(ctx context.Context, t Turn, _ []int) (any, error) {
		_, err := t.Server(ctx)
		return nil, err
	}
	d.done = func(_ []int, _ any, e error) { err = e }
	d.run()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.server, err
}

// run answers all jobs or fails them. When ctx ends, what is under way ends with it.
func (d *dispatch) run() {
	stop := d.ctx.Done()
	for {
		wake := d.start()
		if len(d.under) == 0 && len(d.queue) == 0 {
			return
		}
		select {
		case a := <-d.ended:
			d.end(a)
		case <-time.After(wake):
		case <-stop:
			stop = nil
			d.failAll(d.ctx.Err())
		}
	}
}

// start sends as many requests as the replicas take, and returns when to look again.
func (d *dispatch) start() (wake time.Duration) {
	for len(d.queue) > 0 {
		d.split()
		r, probe := d.take(d.usable)
		if r == nil {
			break
		}
		j := d.queue[0]
		d.queue = d.queue[1:]
		d.begin(j, r, probe)
	}
	if len(d.queue) == 0 {
		return d.backUp()
	}
	return d.wait()
}

// split cuts the first job down to what a request may have.
func (d *dispatch) split() {
	first := d.queue[0]
	if n := d.largest(); len(first.texts) > n {
		d.queue = slices.Insert(d.queue, 1, &job{texts: first.texts[n:]})
		first.texts = first.texts[:n]
	}
}

// usable reports whether this call may send r another request.
func (d *dispatch) usable(r *replica) bool {
	mine := 0
	for _, a := range d.under {
		if a.at == r {
			mine++
		}
	}
	return !d.out[r] && mine < cmp.Or(d.Concurrency, 4)
}

// wait is the pause until a replica can be used. The queue fails if that is never, or too late.
func (d *dispatch) wait() time.Duration {
	pause := d.back(d.usable)
	deadline, limited := d.ctx.Deadline()
	tries, alive := d.remaining()
	switch {
	case !alive && tries == 0:
		d.failAll(d.errors())
	case !alive:
		d.failAll(fmt.Errorf("after %d tries: %w", tries, d.errors()))
	case pause < 0:
		return time.Hour // all are busy with this call
	case pause > maxRetryAfter || limited && time.Until(deadline) < pause:
		d.failAll(fmt.Errorf("no time to wait %v for try %d: %w", pause.Round(time.Millisecond), d.queue[0].tries+1, d.errors()))
	}
	return pause
}

// remaining reports whether any replica can still answer, having neither refused nor failed all
// its tries, and how many tries have failed since one answered. Tries of other calls count: a
// server that is set aside gets one request at a time from all of them together.
func (d *dispatch) remaining() (tries int, alive bool) {
	for r, failed := range d.failures() {
		if lost := failed - min(d.begun[r], failed); !d.out[r] {
			tries, alive = tries+lost, alive || lost < d.tries()
		}
	}
	return tries, alive
}

// tries is how often a request is sent to one server.
func (c *Client) tries() int { return cmp.Or(c.Tries, 6) }

// backUp sends what is overdue to a second replica, and returns when the next will be.
func (d *dispatch) backUp() (wake time.Duration) {
	wake = time.Hour
	for _, a := range slices.Clone(d.under) {
		if len(a.job.attempts) > 1 {
			continue
		}
		limit := d.overdue(len(a.job.texts))
		if left := limit - time.Since(a.begun); left > 0 {
			wake = min(wake, left)
		} else if r, probe := d.take(func(r *replica) bool { return r != a.at && d.usable(r) }); r != nil {
			d.begin(a.job, r, probe)
		} else {
			wake = min(wake, limit)
		}
	}
	return wake
}

func (d *dispatch) begin(j *job, r *replica, probe bool) {
	ctx, cancel := context.WithCancel(d.ctx)
	a := &attempt{job: j, at: r, probe: probe, begun: time.Now(), cancel: cancel}
	j.attempts, d.under = append(j.attempts, a), append(d.under, a)
	go func() {
		a.got, a.err = d.send(ctx, Turn{d, r}, j.texts)
		d.ended <- a
	}()
}

// end takes in how an attempt went.
func (d *dispatch) end(a *attempt) {
	a.cancel()
	d.release(a.at)
	is := func(other *attempt) bool { return other == a }
	d.under = slices.DeleteFunc(d.under, is)
	j := a.job
	if !slices.ContainsFunc(j.attempts, is) {
		return // the job is done, this one was overtaken
	}
	j.attempts = slices.DeleteFunc(j.attempts, is)
	switch {
	case a.err == nil:
		d.answered(a)
		d.begun[a.at] = 0
		d.answers++
		d.overtaken(a)
		d.settle(j, a.got, nil)
	case d.ctx.Err() != nil:
		d.settle(j, nil, a.err)
	case errors.Is(a.err, ErrReplicas):
		d.settle(j, nil, a.err)
		d.failAll(a.err)
	case refused(a.err):
		d.setAside(a, a.err)
		d.out[a.at] = true
		d.again(j)
	case worthAnotherTry(a.err):
		d.setAside(a, a.err)
		if j.tries++; j.tries >= d.tries()*len(d.replicas) {
			d.settle(j, nil, fmt.Errorf("after %d tries: %w", j.tries, d.errors()))
		} else {
			d.again(j)
		}
	case len(j.texts) > 1 && divisible(a.err):
		d.halve(j, a)
	default:
		d.reject(j, a.err)
	}
}

// setAside sets the server of a failed attempt aside, and says so.
func (d *dispatch) setAside(a *attempt, err error) {
	d.failure(a, err)
	d.say(a.at.String(), fmt.Sprintf("%s is set aside: %v", a.at, err))
}

// overtaken sets aside the server of a request that was begun before the one answered.
func (d *dispatch) overtaken(by *attempt) {
	for _, a := range by.job.attempts {
		if a.begun.Before(by.begun) {
			d.setAside(a, fmt.Errorf("%s: no answer after %v, when another server gave it", a.at, time.Since(a.begun).Round(time.Millisecond)))
		}
	}
}

// settle ends a job; attempts still under way are no longer wanted.
func (d *dispatch) settle(j *job, got any, err error) {
	d.drop(j)
	d.done(j.texts, got, err)
}

func (d *dispatch) drop(j *job) {
	for _, a := range j.attempts {
		a.cancel()
	}
	j.attempts = nil
}

// reject ends a job by an error of its own. When all requests end so, the others are not sent.
func (d *dispatch) reject(j *job, err error) {
	d.settle(j, nil, err)
	d.rejected[err.Error()]++
	if n := d.rejected[err.Error()]; n >= maxRejected && d.answers == 0 {
		d.failAll(fmt.Errorf("not sent, because %d requests ended so: %w", n, err))
	}
}

// again puts a job back into the queue unless another attempt is under way.
func (d *dispatch) again(j *job) {
	if len(j.attempts) == 0 {
		d.queue = append(d.queue, j)
	}
}

// halve puts the two halves of a job before the queue instead of it. If the request had too many
// texts for the server, further ones have fewer.
func (d *dispatch) halve(j *job, a *attempt) {
	d.drop(j)
	if e, ok := errors.AsType[*tryError](a.err); ok && e.tooMany {
		if n := d.shrink(len(j.texts)); n > 0 {
			d.say("size "+a.at.String(), fmt.Sprintf("%s took no %d texts at once, and gets fewer: set Batch to what it takes", a.at, len(j.texts)))
		}
	}
	half := len(j.texts) / 2
	d.queue = append([]*job{{texts: j.texts[:half]}, {texts: j.texts[half:]}}, d.queue...)
}

// failAll fails what is not under way.
func (d *dispatch) failAll(err error) {
	for _, j := range d.queue {
		d.done(j.texts, nil, err)
	}
	d.queue = nil
}
