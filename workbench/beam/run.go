package beam

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/grpcx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
)

// dialTimeout bounds the wait for a job service.
const dialTimeout = 10 * time.Second

// Init makes the process a worker if a runner started it as one; it then does not
// return. Flags must have been parsed.
func Init() { beam.Init() }

// run runs a pipeline to its end on the runner the flags name, prism inside this
// process by default. The SDK waits without end where nothing answers, so the job
// service is tried first.
func run(ctx context.Context, p *beam.Pipeline) error {
	if *jobopts.Async {
		return errors.New("--async cannot be: a job's result is read when it has ended")
	}
	if err := reachable(ctx); err != nil {
		return err
	}
	return plain(beamx.Run(ctx, p))
}

// plain leaves of a failed job's error, which holds the plan of every stage, the
// last cause, without the SDK's numbers of the function that failed.
func plain(err error) error {
	const cause = "caused by:\n"
	if err == nil {
		return nil
	}
	if i := strings.LastIndex(err.Error(), cause); i >= 0 {
		said := strings.Join(strings.Fields(err.Error()[i+len(cause):]), " ")
		return errors.New(failedFn.ReplaceAllString(said, ""))
	}
	return err
}

var failedFn = regexp.MustCompile(`^DoFn\[[^\]]*\] failed: `)

// reachable says whether the job service answers, if the runner needs one.
func reachable(ctx context.Context) error {
	endpoint, name := *jobopts.Endpoint, *runners.Runner
	switch {
	case name == "direct" || name == "dot" || name == "dataflow":
		return nil
	case endpoint == "" && (name == "" || name == "prism"):
		return nil // it starts its own
	case endpoint == "":
		return fmt.Errorf("--runner=%s needs the --endpoint=HOST:PORT of a job service", name)
	}
	conn, err := grpcx.Dial(ctx, endpoint, dialTimeout)
	if err != nil {
		return cmp.Or(ctx.Err(), fmt.Errorf("no job service answers at %s within %v: %w", endpoint, dialTimeout, err))
	}
	return conn.Close()
}
