package workbench

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// maxAnswer bounds an answer in bytes.
const maxAnswer = 64 << 20

// rerankConnections is the client of all RerankClients without one: Go's own, but with more
// connections kept open to a server.
var rerankConnections = func() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = t.MaxIdleConns
	return &http.Client{Transport: t}
}()

// statusError is an answer other than 200.
type statusError struct {
	code    int
	message string
	after   time.Duration // Retry-After
}

func (e *statusError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("the server answered %d %s: %s", e.code, http.StatusText(e.code), e.message), ": ")
}

// statusOf is the status an error came with, 0 for another error or none.
func statusOf(err error) int {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.code
	}
	return 0
}

// send sends a request, several times if need be, and returns the body of the answer.
func (c *RerankClient) send(ctx context.Context, method, url string, body []byte, shape RerankShape) ([]byte, error) {
	tries := cmp.Or(c.Tries, 6)
	for try := 1; ; try++ {
		answer, err := c.try(ctx, method, url, body, shape)
		if err == nil {
			return answer, nil
		}
		if ctx.Err() != nil || !worthAnotherTry(err) {
			return nil, err
		}
		pause := c.pause(try, err)
		deadline, limited := ctx.Deadline()
		switch {
		case try == tries:
			return nil, fmt.Errorf("after %d tries: %w", tries, err)
		case pause > maxRetryAfter || limited && time.Until(deadline) < pause:
			return nil, fmt.Errorf("no time to wait %v for try %d: %w", pause.Round(time.Millisecond), try+1, err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w while waiting for try %d: %w", ctx.Err(), try+1, err)
		case <-time.After(pause):
		}
	}
}

// worthAnotherTry: the server is busy or stumbled, or the connection broke.
func worthAnotherTry(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	code := statusOf(err)
	return code == 0 || code == http.StatusTooManyRequests || code >= 500 && code != http.StatusNotImplemented
}

// pause is the wait after a failed try: what the server asks for, or twice as long as last time,
// give or take half so that clients do not come back together.
func (c *RerankClient) pause(try int, err error) time.Duration {
	if e, ok := errors.AsType[*statusError](err); ok && e.after > 0 {
		return e.after
	}
	full := cmp.Or(c.Backoff, 250*time.Millisecond) << min(try-1, 20)
	if full <= 0 || full > maxBackoff {
		full = maxBackoff
	}
	return full/2 + rand.N(full)
}

// try sends a request once. The key goes into the header and nowhere else.
func (c *RerankClient) try(ctx context.Context, method, url string, body []byte, shape RerankShape) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Timeout, time.Minute))
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	key := os.Getenv(c.keyName(shape))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := cmp.Or(c.Client, rerankConnections).Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s %s: reading the answer: %w", method, redacted(url), err)
	}
	if answer.StatusCode == http.StatusOK {
		return text, nil
	}
	message := errorMessage(text)
	if key != "" {
		message = strings.ReplaceAll(message, key, "(key)")
	}
	return nil, fmt.Errorf("%s %s: %w", method, redacted(url), &statusError{answer.StatusCode, message, retryAfter(answer.Header.Get("Retry-After"), time.Now())})
}

func (c *RerankClient) keyName(shape RerankShape) string {
	switch {
	case c.KeyEnv != "":
		return c.KeyEnv
	case shape == ShapeCohere:
		return "COHERE_API_KEY"
	case shape == ShapeJina:
		return "JINA_API_KEY"
	}
	return "RERANK_API_KEY"
}

// errorMessage finds what the shapes call their message, or takes the beginning of the text.
func errorMessage(text []byte) string {
	var m struct {
		Error   any
		Message string
		Detail  any
	}
	json.Unmarshal(text, &m)
	switch e := m.Error.(type) {
	case string:
		m.Message = cmp.Or(m.Message, e)
	case map[string]any: // OpenAI's and vLLM's
		s, _ := e["message"].(string)
		m.Message = cmp.Or(m.Message, s)
	}
	if m.Message == "" && m.Detail != nil {
		m.Message = fmt.Sprint(m.Detail)
	}
	return fmt.Sprintf("%.200s", cmp.Or(m.Message, strings.ToValidUTF8(strings.TrimSpace(string(text)), "")))
}

// retryAfter reads seconds or a date; 0 when there is none.
func retryAfter(value string, now time.Time) time.Duration {
	if s, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(s) * time.Second
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}
