package rerank

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// speaking is the address of a server that reads a request and writes one of answers as it is, the last one again
// and again; "" hangs up.
func speaking(t *testing.T, answers ...string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	next := make(chan string)
	go func() {
		for i := 0; ; i++ {
			select {
			case next <- answers[min(i, len(answers)-1)]:
			case <-t.Context().Done():
				return
			}
		}
	}()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for in := bufio.NewReader(c); ; {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					var body bytes.Buffer
					body.ReadFrom(r.Body)
					if r.Method == http.MethodGet { // it does not describe itself
						fmt.Fprint(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
						continue
					}
					fmt.Fprint(c, <-next)
					return
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// TestConnections: answers as odd servers and proxies write them on the wire are read, or a readable line says what they are.
func TestConnections(t *testing.T) {
	const two = `{"results":[{"index":1,"relevance_score":0.8},{"index":0,"relevance_score":0.3}]}`
	length := func(head, body string) string {
		return fmt.Sprintf("%s\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write([]byte(two))
	z.Close()
	chunks := ""
	for i := 0; i < len(two); i += 7 {
		part := two[i:min(i+7, len(two))]
		chunks += fmt.Sprintf("%x;note=x\r\n%s\r\n", len(part), part)
	}
	wide := "\xff\xfe" // UTF-16
	for _, b := range []byte(two) {
		wide += string([]byte{b, 0})
	}
	for name, want := range map[string]struct {
		answers []string
		says    string // "" where both texts have their scores
	}{
		"HTTP/1.0 without a length":    {[]string{"HTTP/1.0 200 OK\r\n\r\n" + two}, ""},
		"no reason":                    {[]string{length("HTTP/1.1 200", two)}, ""},
		"a type of text":               {[]string{length("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=latin1", two)}, ""},
		"chunks":                       {[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\nX-Sum: 1\r\n\r\n"}, ""},
		"gzip":                         {[]string{length("HTTP/1.1 200 OK\r\nContent-Encoding: gzip", zipped.String())}, ""},
		"early hints":                  {[]string{"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + length("HTTP/1.1 200 OK", two)}, ""},
		"206 of all":                   {[]string{length("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-80/81", two)}, ""},
		"spaces and a mark":            {[]string{length("HTTP/1.1 200 OK", "\r\n \ufeff"+two+"\n\n")}, ""},
		"first hung up":                {[]string{"", length("HTTP/1.1 200 OK", two)}, ""},
		"first cut short":              {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + two, length("HTTP/1.1 200 OK", two)}, ""},
		"first gateway's":              {[]string{length("HTTP/1.1 502 Bad Gateway", "<html><h1>Bad Gateway</h1></html>"), length("HTTP/1.1 200 OK", two)}, ""},
		"first busy until now":         {[]string{length("HTTP/1.1 503 Unavailable\r\nRetry-After: Mon, 02 Jan 2006 15:04:05 GMT", ""), length("HTTP/1.1 200 OK", two)}, ""},
		"206 of half":                  {[]string{length("HTTP/1.1 206 Partial Content", two[:40])}, "cut short"},
		"204":                          {[]string{"HTTP/1.1 204 No Content\r\n\r\n"}, "the answer is empty"},
		"chunks cut short":             {[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks}, "reading the answer: unexpected EOF"},
		"no gzip in spite of its name": {[]string{length("HTTP/1.1 200 OK\r\nContent-Encoding: gzip", two)}, "gzip: invalid header"},
		"deflate":                      {[]string{length("HTTP/1.1 200 OK\r\nContent-Encoding: br", two)}, "compressed (Content-Encoding br)"},
		"UTF-16":                       {[]string{length("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-16", wide)}, "UTF-16"},
		"a comma at the end":           {[]string{length("HTTP/1.1 200 OK", strings.Replace(two, "}]}", "},]}", 1))}, "the answer is not JSON"},
		"single quotes":                {[]string{length("HTTP/1.1 200 OK", strings.ReplaceAll(two, `"`, "'"))}, "the answer is not JSON"},
		"server-sent events":           {[]string{length("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream", "data: "+two+"\n\n")}, "the answer is not JSON"},
		"Latin-1":                      {[]string{length("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=latin1", "introuvable: mod\xe8le")}, "404 Not Found: introuvable"},
		"another protocol":             {[]string{"SSH-2.0-OpenSSH_9.6\r\n"}, "malformed HTTP"},
		"hung up":                      {[]string{""}, "EOF"},
		"304":                          {[]string{"HTTP/1.1 304 Not Modified\r\n\r\n"}, "304 Not Modified"},
		"401 with a page":              {[]string{length("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic", "<html><title>Sign\nin</title></html>")}, "401 Unauthorized: Sign in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, Settings{URLs: []string{speaking(t, want.answers...)}, Shape: Cohere, Scale: Raw, Tries: 3, Backoff: time.Millisecond})
			got, failed, err := predict(t.Context(), c, [][2]string{{"q", "a"}, {"q", "b"}})
			if want.says == "" {
				if err != nil || !slices.Equal(got, []float64{0.3, 0.8}) {
					t.Errorf("%v, %v", got, err)
				}
				return
			}
			first, _, _ := strings.Cut(fmt.Sprint(err), "\n") // of the errors of both texts
			if failed != 2 || !strings.Contains(first, want.says) || !utf8.ValidString(first) {
				t.Errorf("%d failed: %q", failed, first)
			}
		})
	}
}

// TestDrip: an answer that comes a byte at a time, and never to an end, costs two tries and no more.
func TestDrip(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for flush := http.NewResponseController(w); r.Context().Err() == nil; time.Sleep(time.Millisecond) {
			if _, err := w.Write([]byte(" ")); err != nil || flush.Flush() != nil {
				return
			}
		}
	})
	c := start(t, h, Settings{Shape: Cohere, Tries: 2, Backoff: time.Millisecond, Timeout: 50 * time.Millisecond})
	if _, failed, err := predict(t.Context(), c, [][2]string{{"q", "a"}}); failed != 1 || !strings.Contains(fmt.Sprint(err), "deadline exceeded") {
		t.Errorf("%d failed: %v", failed, err)
	}
}
