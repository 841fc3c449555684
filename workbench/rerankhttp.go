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

// tryError is why a server gave no answer that can be read: it sent another status than
// 200, or the connection failed.
type tryError struct {
	error
	code  int           // the status, 0 without one
	after time.Duration // Retry-After
}

func (e *tryError) Unwrap() error { return e.error }

// statusOf is the status an error came with, 0 for another error or none.
func statusOf(err error) int {
	if e, ok := errors.AsType[*tryError](err); ok {
		return e.code
	}
	return 0
}

// refused: this server will say the same to every request of the call.
func refused(err error) bool {
	switch statusOf(err) {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
		return true
	}
	dns, lookup := errors.AsType[*net.DNSError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, unfit := errors.AsType[*unfitError](err)
	return lookup && dns.IsNotFound || certificate || unfit && !worthAnotherTry(err)
}

// worthAnotherTry: the server is busy or stumbled, or the connection broke.
func worthAnotherTry(err error) bool {
	e, ok := errors.AsType[*tryError](err)
	return ok && (e.code == 0 || e.code == http.StatusTooManyRequests || e.code >= 500 && e.code != http.StatusNotImplemented)
}

// pause is the wait after a failed try: what the server asks for, or twice as long as last time,
// give or take half so that clients do not come back together.
func (c *RerankClient) pause(try int, err error) time.Duration {
	if e, ok := errors.AsType[*tryError](err); ok && e.after > 0 {
		return e.after
	}
	full := cmp.Or(c.Backoff, 250*time.Millisecond) << min(try-1, 20)
	if full <= 0 || full > maxBackoff {
		full = maxBackoff
	}
	return full/2 + rand.N(full)
}

// try sends a request once. The key goes into the header and nowhere else. Its errors are
// *tryError but for a request that cannot be made.
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
		return nil, &tryError{error: err}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, &tryError{error: fmt.Errorf("%s %s: reading the answer: %w", method, redacted(url), err)}
	}
	if answer.StatusCode == http.StatusOK {
		return text, nil
	}
	message := errorMessage(text)
	if key != "" {
		message = strings.ReplaceAll(message, key, "(key)")
	}
	said := strings.TrimSuffix(fmt.Sprintf("the server answered %d %s: %s", answer.StatusCode, http.StatusText(answer.StatusCode), message), ": ")
	return nil, &tryError{fmt.Errorf("%s %s: %s", method, redacted(url), said), answer.StatusCode, retryAfter(answer.Header.Get("Retry-After"), time.Now())}
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
