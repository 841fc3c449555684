// Package jsonhttp is what handlers of JSON requests share: reading a request as strictly as a score
// deserves, refusing it under the names that clients look for, and surviving a panic behind it.
package jsonhttp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"axn/workbench/internal/remote"
)

// Limits of a request.
const (
	MaxTexts    = 1024     // in a request
	MaxBody     = 32 << 20 // bytes of a request
	MaxRequests = 64       // under way at a time; more are told to come back
)

// Problem is why a request is refused.
type Problem struct {
	Status  int
	Kind    string // error_type, as text-embeddings-inference has it
	Message string
}

// Invalid is the problem of a request that says something wrong.
func Invalid(format string, args ...any) *Problem {
	return &Problem{http.StatusUnprocessableEntity, "Validation", fmt.Sprintf(format, args...)}
}

// Gate lets MaxRequests through at a time.
type Gate chan struct{}

// NewGate is an open gate.
func NewGate() Gate { return make(Gate, MaxRequests) }

// Enter takes a place, or says that there is none. The function given back leaves it.
func (g Gate) Enter(w http.ResponseWriter) (leave func(), p *Problem) {
	select {
	case g <- struct{}{}:
		return func() { <-g }, nil
	default:
		w.Header().Set("Retry-After", "1")
		return nil, &Problem{http.StatusTooManyRequests, "Overloaded", fmt.Sprintf("%d requests are under way", MaxRequests)}
	}
}

// Read reads and checks the body of a request, which has patience to arrive; 0 is 30 s. want says
// what to POST.
func Read(w http.ResponseWriter, r *http.Request, patience time.Duration, want string) ([]byte, *Problem) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &Problem{http.StatusMethodNotAllowed, "Validation", r.Method + " is not answered here: POST " + want + " as JSON"}
	}
	if p := CheckHeader(r.Header); p != nil {
		return nil, p
	}
	return Body(w, r, patience, MaxBody)
}

// Body reads the body of a request, of at most so many bytes, which has patience to arrive; 0 is 30 s.
func Body(w http.ResponseWriter, r *http.Request, patience time.Duration, most int64) ([]byte, *Problem) {
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Now().Add(cmp.Or(patience, 30*time.Second))) // a test's recorder has none
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		w.Header().Set("Connection", "close")
	} else {
		control.SetReadDeadline(time.Time{})
	}
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		return nil, &Problem{http.StatusRequestEntityTooLarge, "Validation", fmt.Sprintf("the request is larger than %d bytes", most)}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &Problem{http.StatusRequestTimeout, "Validation", "the request did not arrive in time"}
	case err != nil:
		return nil, &Problem{http.StatusBadRequest, "Validation", "the request broke off: " + err.Error()}
	}
	return body, nil
}

// CheckHeader wants JSON in UTF-8. What curl -d says of itself, and nothing, pass for it.
func CheckHeader(h http.Header) *Problem {
	if encoding := h.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return &Problem{http.StatusUnsupportedMediaType, "Validation", "Content-Encoding " + remote.OneLine(encoding) + ": send the request uncompressed"}
	}
	given := h.Get("Content-Type")
	if given == "" {
		return nil
	}
	kind, parameters, err := mime.ParseMediaType(given)
	switch charset := parameters["charset"]; {
	case err != nil, charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8"):
	case kind == "application/json", kind == "text/json", kind == "text/plain", kind == "application/x-www-form-urlencoded", strings.HasSuffix(kind, "+json"):
		return nil
	}
	return &Problem{http.StatusUnsupportedMediaType, "Validation", "Content-Type " + remote.OneLine(given) + ": send application/json in UTF-8"}
}

// Fields has set read each field of the object that a body is; a field that comes twice is refused.
func Fields(body []byte, set func(name string, raw json.RawMessage) *Problem) *Problem {
	if p := checkText(body); p != nil {
		return p
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	seen := map[string]bool{}
	open, err := dec.Token()
	if err == nil && open != json.Delim('{') {
		return Invalid("the request is not a JSON object: it is %s", kind(open))
	}
	for err == nil && dec.More() {
		var key json.Token
		var raw json.RawMessage
		if key, err = dec.Token(); err != nil {
			break
		}
		if err = dec.Decode(&raw); err != nil {
			break
		}
		name := key.(string) // the decoder lets nothing else be a key
		if seen[name] {
			return Invalid("field %q comes twice", name)
		}
		seen[name] = true
		if p := set(name, raw); p != nil {
			return p
		}
	}
	if err == nil {
		_, err = dec.Token()
	}
	if err != nil {
		return Invalid("the request is not the JSON it should be: %v", noEOF(err))
	}
	if _, err := dec.Token(); err != io.EOF {
		return &Problem{http.StatusBadRequest, "Validation", "more follows after the JSON object: send one request in a body"}
	}
	return nil
}

// kind says what a JSON value is by its first token.
func kind(token json.Token) string {
	switch token.(type) {
	case nil:
		return "null"
	case json.Delim:
		return "an array"
	case string:
		return "a string"
	case bool:
		return "true or false"
	}
	return "a number"
}

// noEOF makes the end of a body where there should be more the error it is.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// checkText wants UTF-8, and in escapes no half of a pair, which no text has.
func checkText(body []byte) *Problem {
	for at := 0; at < len(body); {
		c, n := utf8.DecodeRune(body[at:])
		if c == utf8.RuneError && n == 1 {
			return Invalid("byte %d (0x%02x) is not UTF-8: send the request in UTF-8", at, body[at])
		}
		at += n
	}
	for at := 0; at < len(body); at++ {
		if body[at] != '\\' {
			continue
		}
		at++
		high, ok := escape(body, at)
		if !ok || high < 0xd800 || high > 0xdfff {
			continue
		}
		if low, ok := escape(body, at+6); high > 0xdbff || !ok || body[at+5] != '\\' || low < 0xdc00 || low > 0xdfff {
			return Invalid(`\%s at byte %d is half of a character: send the text as it is`, body[at:at+5], at-1)
		}
		at += 6 // the second half
	}
	return nil
}

// escape reads the uXXXX at a place of the body.
func escape(body []byte, at int) (code int, ok bool) {
	if at+5 > len(body) || body[at] != 'u' {
		return 0, false
	}
	_, err := fmt.Sscanf(string(body[at+1:at+5]), "%04x", &code)
	return code, err == nil
}

// Panic is what a model panicked with.
type Panic struct{ value any }

func (e *Panic) Error() string { return fmt.Sprintf("the scorer panicked: %v", e.value) }

// Guard calls f. A panic is logged where the server logs, and is a *Panic.
func Guard(r *http.Request, f func(ctx context.Context) error) (err error) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		err = &Panic{value}
		LogPanic(r, err, debug.Stack())
	}()
	return f(r.Context())
}

// LogPanic writes what a request has come to where its server logs.
func LogPanic(r *http.Request, err error, stack []byte) {
	print := log.Printf
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ErrorLog != nil {
		print = server.ErrorLog.Printf
	}
	print("%s %s from %s: %v\n%s", r.Method, r.URL.Path, r.RemoteAddr, err, stack)
}

// Failed is the problem of a model's error; nil without one.
func Failed(err error) *Problem {
	broken, panicked := errors.AsType[*Panic](err)
	switch {
	case panicked:
		return &Problem{http.StatusInternalServerError, "Backend", broken.Error()}
	case err != nil:
		return &Problem{http.StatusFailedDependency, "Backend", err.Error()}
	}
	return nil
}

// Refuse answers with an error, under the names that all shapes look for.
func Refuse(w http.ResponseWriter, p *Problem) {
	Write(w, p.Status, map[string]string{"error": p.Message, "error_type": p.Kind, "message": p.Message})
}

// Write answers with v as JSON. What JSON has no words for, such as NaN, is a 500 and not half an answer.
func Write(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		message := "the answer cannot be written as JSON: " + err.Error()
		status = http.StatusInternalServerError
		text, _ = json.Marshal(map[string]string{"error": message, "error_type": "Backend", "message": message}) // texts alone
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(text, '\n')) // it fails when the client is gone
}
