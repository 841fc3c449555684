package beam

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/runnerlib"
)

// ServeWorker makes the process a worker at localhost:port until ctx ends. It serves one job
// after the other, so that a fit finds what it has prepared in the step before.
func ServeWorker(ctx context.Context, port int) error {
	pool, err := extworker.StartLoopback(ctx, port)
	if err != nil {
		return fmt.Errorf("beam: serve worker: %w", err)
	}
	<-ctx.Done()
	return pool.Stop(context.WithoutCancel(ctx))
}

// crew is the workers of one pipeline, by their addresses; none are those that the flags name.
type crew []string

// answering returns those that take connections.
func (c crew) answering() (up crew) {
	for _, at := range c {
		if conn, err := net.DialTimeout("tcp", at, dialTimeout); err == nil {
			conn.Close()
			up = append(up, at)
		}
	}
	return up
}

// each does fn for every part, which are divided among the crew.
func (c crew) each(s beam.Scope, fn any, parts []span) beam.PCollection {
	if len(c) == 0 {
		return beam.ParDo(s, fn, beam.Reshuffle(s, beam.CreateList(s, parts)))
	}
	var all []beam.PCollection
	for w, own := range spans(len(parts), len(c)) {
		all = append(all, beam.ParDo(s.Scope(environment(w)), fn, beam.CreateList(s, parts[own.Lo:own.Hi])))
	}
	return beam.Flatten(s, all...)
}

// environment names that of a worker, and the scope of what it does.
func environment(worker int) string { return fmt.Sprintf("worker%d", worker) }

// run runs a pipeline: what each divides is done by the crew, the rest by this process. The job
// service has one worker for each environment, and a pipeline of the SDK has one environment,
// so that each worker is given its own here.
func (c crew) run(ctx context.Context, p *beam.Pipeline) error {
	if len(c) == 0 {
		return run(ctx, p)
	}
	if err := reachable(ctx); err != nil {
		return err
	}
	endpoint, err := jobopts.GetEndpoint()
	if err != nil {
		return err
	}
	here, err := extworker.StartLoopback(ctx, 0)
	if err != nil {
		return err
	}
	defer here.Stop(context.WithoutCancel(ctx))
	plan, err := c.plan(ctx, p, here)
	if err != nil {
		return err
	}
	_, err = runnerlib.Execute(ctx, plan, endpoint, &runnerlib.JobOptions{Name: jobopts.GetJobName(), Experiments: jobopts.GetExperiments(), Loopback: true}, false)
	return plain(err)
}

// plan is a pipeline with the environments of the crew.
func (c crew) plan(ctx context.Context, p *beam.Pipeline, here *extworker.Loopback) (*pipepb.Pipeline, error) {
	edges, _, err := p.Build()
	if err != nil {
		return nil, err
	}
	own, err := graphx.CreateEnvironment(ctx, graphx.URNEnvExternal, here.EnvironmentConfig)
	if err != nil {
		return nil, err
	}
	plan, err := graphx.Marshal(edges, &graphx.Options{Environment: own})
	if err != nil {
		return nil, err
	}
	for w, at := range c {
		e, err := graphx.CreateEnvironment(ctx, graphx.URNEnvExternal, func(context.Context) string { return at })
		if err != nil {
			return nil, err
		}
		e.Dependencies = nil // it has the program
		plan.Components.Environments[environment(w)] = e
		for _, t := range plan.Components.Transforms {
			if t.EnvironmentId != "" && strings.HasPrefix(t.UniqueName, environment(w)+"/") {
				t.EnvironmentId = environment(w)
			}
		}
	}
	return plan, nil
}

// untilDone does a job by those of the crew that answer, and again by the others when it has
// lost one, with which the job service gives a job up.
func (c crew) untilDone(job func(crew) error) error {
	for {
		up := c.answering()
		if len(up) == 0 && len(c) > 0 {
			return errors.New("none of the workers answers: " + strings.Join(c, ", "))
		}
		err := job(up)
		if err == nil || len(c.answering()) >= len(up) {
			return err
		}
		time.Sleep(lostPause)
	}
}

// lostPause lets the job service end what it has begun.
const lostPause = 100 * time.Millisecond
