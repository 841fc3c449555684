package remote

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// maxAnswer bounds an answer in bytes, maxHops the redirects of a request.
const (
	maxAnswer = 64 << 20
	maxHops   = 5
)

// connections is the client of all Clients without one: Go's own, but with more connections kept
// open to a server.
var connections = func() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = t.MaxIdleConns
	return &http.Client{Transport: t}
}()

// tryError is why a server gave no answer that can be read: it sent a status that says so, or
// the connection failed.
type tryError struct {
	error
	code    int           // the status, 0 without one
	after   time.Duration // Retry-After
	fields  bool          // the request's form was refused
	tooMany bool          // the request had too many texts
}

func (e *tryError) Unwrap() error { return e.error }

// Stumbled makes err one that a server sent although the status says that all went well: it is
// asked again.
func Stumbled(err error) error { return &tryError{error: err, code: http.StatusOK} }

// Unfit makes err a reason why a server cannot be used at all.
func Unfit(err error) error { return &unfitError{err} }

// unfitError is why a server cannot be used although it answers, or what kept it from saying
// what it is.
type unfitError struct{ error }

func (e *unfitError) Unwrap() error { return e.error }

// statusOf is the status an error came with, 0 for another error or none.
func statusOf(err error) int {
	if e, ok := errors.AsType[*tryError](err); ok {
		return e.code
	}
	return 0
}

// refused reports whether the server will say the same to every request of the call.
func refused(err error) bool {
	e, ok := errors.AsType[*tryError](err)
	if ok && e.fields || ok && e.code >= 300 && e.code < 400 {
		return true
	}
	switch statusOf(err) {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusNotAcceptable, http.StatusProxyAuthRequired, http.StatusGone, http.StatusUnsupportedMediaType, http.StatusNotImplemented:
		return true
	}
	dns, lookup := errors.AsType[*net.DNSError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, unfit := errors.AsType[*unfitError](err)
	return lookup && dns.IsNotFound || certificate || unfit && !worthAnotherTry(err)
}

// worthAnotherTry reports whether the server is busy or stumbled, or the connection broke.
func worthAnotherTry(err error) bool {
	e, ok := errors.AsType[*tryError](err)
	if !ok {
		return false
	}
	switch e.code {
	case 0, http.StatusOK, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return e.code >= 500 && e.code != http.StatusNotImplemented
}

// divisible reports whether fewer texts may be taken where these were not: they were too many,
// or one of them is at fault.
func divisible(err error) bool {
	switch statusOf(err) {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusFailedDependency:
		return true
	}
	return false
}

// pause is the wait after a failed try: what the server asks for, or twice as long as last time,
// give or take half so that clients do not come back together.
func (c *Client) pause(try int, err error) time.Duration {
	if e, ok := errors.AsType[*tryError](err); ok && e.after > 0 {
		return e.after
	}
	full := cmp.Or(c.Backoff, firstBackoff) << min(try-1, 20)
	if full <= 0 || full > maxBackoff {
		full = maxBackoff
	}
	return full/2 + rand.N(full)
}

// try sends a request once, and again to where the server says it has moved. The key goes into
// the header and nowhere else. Its errors are *tryError but for a request that cannot be made.
func (d *dispatch) try(ctx context.Context, method, address string, body []byte, shape string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(d.Timeout, time.Minute))
	defer cancel()
	key := os.Getenv(d.KeyEnv(shape))
	route := Redacted(address)
	for range maxHops {
		text, next, err := d.once(ctx, method, address, route, body, key)
		if next == "" {
			return text, err
		}
		if !sameHost(address, next) {
			key = "" // it belongs to the first server
		}
		route += " → " + Redacted(next)
		d.say("moved "+address, fmt.Sprintf("%s sends requests on to %s: set URL to it", Redacted(address), Redacted(next)))
		address = next
	}
	return nil, &tryError{error: fmt.Errorf("%s %s: more than %d redirects", method, route, maxHops), code: http.StatusFound}
}

// once sends a request to one address. next is where the server sends it on to.
func (d *dispatch) once(ctx context.Context, method, address, route string, body []byte, key string) (text []byte, next string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	client := *cmp.Or(d.HTTP, connections)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // Go's own makes a POST a GET
	answer, err := client.Do(r)
	if err != nil {
		return nil, "", &tryError{error: err}
	}
	defer answer.Body.Close()
	text, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, "", &tryError{error: fmt.Errorf("%s %s: reading the answer: %w", method, route, err)}
	case len(text) > maxAnswer:
		return nil, "", fmt.Errorf("%s %s: the answer is larger than %d MB: set Batch to fewer texts", method, route, maxAnswer>>20)
	case answer.StatusCode >= 200 && answer.StatusCode < 300 && !plain(answer.Header.Get("Content-Encoding")):
		return nil, "", Unfit(fmt.Errorf("%s %s: the answer is compressed (Content-Encoding %s), which was not asked for", method, route, OneLine(answer.Header.Get("Content-Encoding"))))
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return text, "", nil
	}
	if to := moved(answer); to != "" {
		return nil, to, nil
	}
	message := readable(text)
	if key != "" {
		message = strings.ReplaceAll(message, key, "(key)")
	}
	said := strings.TrimSuffix(fmt.Sprintf("the server answered %d %s: %s", answer.StatusCode, http.StatusText(answer.StatusCode), message), ": ")
	if location := answer.Header.Get("Location"); location != "" {
		said += "; it names " + Redacted(location)
	}
	return nil, "", &tryError{
		error: fmt.Errorf("%s %s: %s", method, route, said), code: answer.StatusCode,
		after:   retryAfter(answer.Header.Get("Retry-After"), time.Now()),
		fields:  (answer.StatusCode == http.StatusBadRequest || answer.StatusCode == http.StatusUnprocessableEntity) && aboutFields(text),
		tooMany: answer.StatusCode == http.StatusRequestEntityTooLarge || aboutNumber(message),
	}
}

// moved is the address a redirect names for the same request; "" for another answer. 303 names a
// page to read instead.
func moved(answer *http.Response) string {
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		to, err := answer.Location()
		if err == nil && (to.Scheme == "http" || to.Scheme == "https") {
			return to.String()
		}
	}
	return ""
}

// sameHost reports whether a key for the first address may be sent to the second.
func sameHost(a, b string) bool {
	from, err1 := url.Parse(a)
	to, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && from.Hostname() == to.Hostname() && (from.Scheme == "http" || to.Scheme == "https")
}

// retryAfter reads seconds or a date; 0 when there is none.
func retryAfter(value string, now time.Time) time.Duration {
	if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 && s < 1e9 {
		return time.Duration(s * float64(time.Second))
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}

// plain tells whether a Content-Encoding leaves an answer as it is.
func plain(encoding string) bool { return encoding == "" || strings.EqualFold(encoding, "identity") }
