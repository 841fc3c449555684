// HTTP: handlers of own types, middleware, muxes with patterns, clients, JSON, errors.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[r.URL.Path]++
	w.Header().Set("X-Count", strconv.Itoa(c.n[r.URL.Path]))
	json.NewEncoder(w).Encode(map[string]any{"path": r.URL.Path, "q": r.URL.Query()["q"], "n": c.n[r.URL.Path]})
}

func logging(log *[]string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*log = append(*log, r.Method+" "+r.URL.Path)
		h.ServeHTTP(w, r)
	})
}

type stamp struct{ base http.RoundTripper }

func (s stamp) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Stamp", "on")
	return s.base.RoundTrip(r)
}

func main() {
	var log []string
	mux := http.NewServeMux()
	mux.Handle("/count/", &counter{n: map[string]int{}})
	mux.HandleFunc("GET /item/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "item %s %s", r.PathValue("id"), r.Header.Get("X-Stamp"))
	})
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	mux.HandleFunc("/fail", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "teapot", http.StatusTeapot) })
	srv := httptest.NewServer(logging(&log, mux))
	defer srv.Close()
	c := &http.Client{Transport: stamp{http.DefaultTransport}, Timeout: 5 * time.Second}
	get := func(p string) string {
		resp, err := c.Get(srv.URL + p)
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return fmt.Sprintf("%d %s %s", resp.StatusCode, resp.Header.Get("X-Count"), strings.TrimSpace(string(b)))
	}
	fmt.Println(get("/count/a?q=1&q=2"))
	fmt.Println(get("/count/a"))
	fmt.Println(get("/item/42"))
	fmt.Println(get("/fail"))
	fmt.Println(get("/nothing"))
	resp, err := c.Post(srv.URL+"/echo", "text/plain", strings.NewReader("echoed"))
	b, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	fmt.Println(string(b), err, log)
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", "/echo", nil))
	fmt.Println(rec.Code, rec.Header().Get("Allow"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", srv.URL, nil)
	_, err = c.Do(req)
	fmt.Println(errors.Is(err, context.Canceled))
	u, _ := url.Parse("https://u:p@h.org:80/a%20b?x=1#f")
	fmt.Println(u.Host, u.Path, u.Query(), u.Fragment, u.Port(), u.User, url.Values{"k": {"a b"}}.Encode())
}
