package workbench

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"axn/workbench/internal/remote"
)

// servers is what asks servers of one model: the client inside a RerankClient, an EmbedClient
// and a ChatScorer.
type servers interface {
	Identity(ctx context.Context) (string, error) // names the model, as the servers describe it
}

// pairServers are servers that score pairs.
type pairServers interface {
	servers
	Score(ctx context.Context, pairs [][2]string, l remote.Listener) (scores []float64, errs []error, err error)
}

// predictBy has the servers that open returns score pairs, and reports as task.
func predictBy[C pairServers](ctx context.Context, task string, open func() (C, error), pairs [][2]string) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, err := open()
	if err != nil {
		return nil, fmt.Errorf("workbench: %s: %w", task, err)
	}
	m := startProgress(ctx, task, "pairs", len(pairs))
	defer m.end()
	scores, errs, err := client.Score(ctx, pairs, remote.Listener{Done: m.add, Note: m.note})
	if err == nil {
		err = partial(scores, errs)
	}
	if err != nil {
		return scores, fmt.Errorf("workbench: %s: %w", task, err)
	}
	return scores, nil
}

// identityOf asks the servers that open returns what they serve, for no longer than one try;
// a timeout of 0 is a minute.
func identityOf[C servers](task string, open func() (C, error), timeout time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(timeout, time.Minute))
	defer cancel()
	client, err := open()
	if err != nil {
		return "", fmt.Errorf("workbench: %s: %w", task, err)
	}
	identity, err := client.Identity(ctx)
	if err != nil {
		return "", fmt.Errorf("workbench: %s: %w", task, err)
	}
	return task + " " + identity, nil
}

// namedServers fits one line and shows no password.
func namedServers(kind, url string, replicas []string) string {
	text := kind + " " + remote.Redacted(url)
	if n := len(replicas); n > 0 {
		text += fmt.Sprintf(" and %d replicas", n)
	}
	return text
}
