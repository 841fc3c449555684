package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// rerankJob is a request to be answered: some texts of one query.
type rerankJob struct {
	pairs    []int // their indices in the call; none when the server is only asked what it is
	tries    int
	attempts []*attempt // under way: one, or two when the first is overdue
}

// attempt is one try of a job at one replica.
type attempt struct {
	job    *rerankJob
	at     *replica
	probe  bool // of a replica that was set aside
	begun  time.Time
	cancel context.CancelFunc
	scores []float64
	err    error
}

// dispatch is the requests of one call on their way to the replicas. One goroutine, the
// caller's, decides; each attempt has its own and reports on ended.
type dispatch struct {
	c     *RerankClient
	ctx   context.Context
	queue []*rerankJob
	under []*attempt
	ended chan *attempt
	out   map[*replica]bool // refused to serve this call
	begun map[*replica]int  // its failures in a row when the call began
	send  func(ctx context.Context, r *replica, j *rerankJob) ([]float64, error)
	done  func(j *rerankJob, scores []float64, err error) // once a job, or for each part of it
}

func (c *RerankClient) newDispatch(ctx context.Context, jobs []*rerankJob) *dispatch {
	return &dispatch{c: c, ctx: ctx, queue: jobs, ended: make(chan *attempt), out: map[*replica]bool{}, begun: c.failures()}
}

// ask returns what the servers say of themselves; the first answer is enough, and is kept.
func (c *RerankClient) ask(ctx context.Context) (s *rerankServer, err error) {
	if _, err := c.read(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	s = c.server
	c.mu.Unlock()
	if s != nil {
		return s, nil
	}
	d := c.newDispatch(ctx, []*rerankJob{{}})
	d.send = func(ctx context.Context, r *replica, _ *rerankJob) ([]float64, error) {
		_, err := c.meet(ctx, r)
		return nil, err
	}
	d.done = func(_ *rerankJob, _ []float64, e error) { err = e }
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
		r, probe := d.c.take(d.may)
		if r == nil {
			break
		}
		d.begin(d.queue[0], r, probe)
		d.queue = d.queue[1:]
	}
	if len(d.queue) == 0 {
		return d.backUp()
	}
	return d.wait()
}

// may is whether this call can use a replica now.
func (d *dispatch) may(r *replica) bool {
	mine := 0
	for _, a := range d.under {
		if a.at == r {
			mine++
		}
	}
	return !d.out[r] && mine < cmp.Or(d.c.Concurrency, 4)
}

// wait is the pause until a replica can be used. The queue fails if that is never, or too late.
func (d *dispatch) wait() time.Duration {
	pause := d.c.back(d.may)
	deadline, limited := d.ctx.Deadline()
	tries, alive := d.hope()
	switch {
	case !alive && tries == 0:
		d.failAll(d.c.errors())
	case !alive:
		d.failAll(fmt.Errorf("after %d tries: %w", tries, d.c.errors()))
	case pause < 0:
		return time.Hour // all are busy with this call
	case pause > maxRetryAfter || limited && time.Until(deadline) < pause:
		d.failAll(fmt.Errorf("no time to wait %v for try %d: %w", pause.Round(time.Millisecond), d.queue[0].tries+1, d.c.errors()))
	}
	return pause
}

// hope is whether a replica is left that neither refused nor failed all its tries; tries is how
// many have failed since the last answers. Tries of other calls count: a server that is set
// aside gets one request at a time from all of them together.
func (d *dispatch) hope() (tries int, alive bool) {
	for r, failed := range d.c.failures() {
		if lost := failed - min(d.begun[r], failed); !d.out[r] {
			tries, alive = tries+lost, alive || lost < d.c.tries()
		}
	}
	return tries, alive
}

// tries is how often a request is sent to one server.
func (c *RerankClient) tries() int { return cmp.Or(c.Tries, 6) }

// backUp sends what is overdue to a second replica, and returns when the next will be.
func (d *dispatch) backUp() (wake time.Duration) {
	wake = time.Hour
	for _, a := range slices.Clone(d.under) {
		if len(a.job.attempts) > 1 {
			continue
		}
		limit := d.c.overdue(len(a.job.pairs))
		if left := limit - time.Since(a.begun); left > 0 {
			wake = min(wake, left)
		} else if r, probe := d.c.take(func(r *replica) bool { return r != a.at && d.may(r) }); r != nil {
			d.begin(a.job, r, probe)
		} else {
			wake = min(wake, limit)
		}
	}
	return wake
}

func (d *dispatch) begin(j *rerankJob, r *replica, probe bool) {
	ctx, cancel := context.WithCancel(d.ctx)
	a := &attempt{job: j, at: r, probe: probe, begun: time.Now(), cancel: cancel}
	j.attempts, d.under = append(j.attempts, a), append(d.under, a)
	go func() {
		a.scores, a.err = d.send(ctx, r, j)
		d.ended <- a
	}()
}

// end takes in how an attempt went.
func (d *dispatch) end(a *attempt) {
	a.cancel()
	d.c.release(a.at)
	is := func(other *attempt) bool { return other == a }
	d.under = slices.DeleteFunc(d.under, is)
	j := a.job
	if !slices.ContainsFunc(j.attempts, is) {
		return // the job is done, this one was overtaken
	}
	j.attempts = slices.DeleteFunc(j.attempts, is)
	switch {
	case a.err == nil:
		d.c.answered(a)
		d.begun[a.at] = 0
		d.overtaken(a)
		d.settle(j, a.scores, nil)
	case d.ctx.Err() != nil:
		d.settle(j, nil, a.err)
	case errors.Is(a.err, errReplicas):
		d.settle(j, nil, a.err)
		d.failAll(a.err)
	case refused(a.err):
		d.c.failure(a, a.err)
		d.out[a.at] = true
		d.again(j)
	case worthAnotherTry(a.err):
		d.c.failure(a, a.err)
		if j.tries++; j.tries >= d.c.tries()*len(d.c.replicas) {
			d.settle(j, nil, fmt.Errorf("after %d tries: %w", j.tries, d.c.errors()))
		} else {
			d.again(j)
		}
	case len(j.pairs) > 1 && tooMuch(a.err):
		d.halve(j)
	default:
		d.settle(j, nil, a.err)
	}
}

// overtaken sets aside the server of a request that was begun before the one answered.
func (d *dispatch) overtaken(by *attempt) {
	for _, a := range by.job.attempts {
		if a.begun.Before(by.begun) {
			d.c.failure(a, fmt.Errorf("%s: no answer after %v, when another server gave it", a.at, time.Since(a.begun).Round(time.Millisecond)))
		}
	}
}

// settle ends a job; attempts still under way are no longer wanted.
func (d *dispatch) settle(j *rerankJob, scores []float64, err error) {
	d.drop(j)
	d.done(j, scores, err)
}

func (d *dispatch) drop(j *rerankJob) {
	for _, a := range j.attempts {
		a.cancel()
	}
	j.attempts = nil
}

// again puts a job back into the queue unless another attempt is under way.
func (d *dispatch) again(j *rerankJob) {
	if len(j.attempts) == 0 {
		d.queue = append(d.queue, j)
	}
}

// tooMuch: the job is too large for the server, or has a text it does not take.
func tooMuch(err error) bool {
	status := statusOf(err)
	return status == http.StatusRequestEntityTooLarge || status == http.StatusUnprocessableEntity
}

// halve puts the two halves of a job into the queue instead of it.
func (d *dispatch) halve(j *rerankJob) {
	d.drop(j)
	half := len(j.pairs) / 2
	d.queue = append(d.queue, &rerankJob{pairs: j.pairs[:half]}, &rerankJob{pairs: j.pairs[half:]})
}

// failAll fails what is not under way.
func (d *dispatch) failAll(err error) {
	for _, j := range d.queue {
		d.done(j, nil, err)
	}
	d.queue = nil
}
