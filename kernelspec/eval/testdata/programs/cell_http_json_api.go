// A JSON API with routes, status codes, middleware that recovers, and a typed client.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
)

type Todo struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
	Done bool   `json:"done"`
}
type Store struct {
	mu   sync.Mutex
	next int
	m    map[int]*Todo
}

func (s *Store) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /todos", s.create)
	mux.HandleFunc("GET /todos/{id}", s.with(func(w http.ResponseWriter, t *Todo) { reply(w, 200, t) }))
	mux.HandleFunc("PUT /todos/{id}/done", s.with(func(w http.ResponseWriter, t *Todo) { t.Done = true; reply(w, 200, t) }))
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("handler failed") })
	return recovering(mux)
}

func (s *Store) create(w http.ResponseWriter, r *http.Request) {
	var t Todo
	if err := json.NewDecoder(r.Body).Decode(&t); err != nil || t.Text == "" {
		http.Error(w, "text is missing", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	t.ID = s.next
	s.m[t.ID] = &t
	reply(w, http.StatusCreated, t)
}

func (s *Store) with(f func(http.ResponseWriter, *Todo)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		s.mu.Lock()
		defer s.mu.Unlock()
		t, ok := s.m[id]
		if err != nil || !ok {
			http.NotFound(w, r)
			return
		}
		f(w, t)
	}
}

func reply(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}

func recovering(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if e := recover(); e != nil {
				http.Error(w, fmt.Sprint("recovered: ", e), 500)
			}
		}()
		h.ServeHTTP(w, r)
	})
}

func call[T any](url, method, body string) (v T, status int, err error) {
	req, _ := http.NewRequest(method, url, strings.NewReader(body))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return v, 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		b, _ := io.ReadAll(resp.Body)
		return v, resp.StatusCode, errors.New(strings.TrimSpace(string(b)))
	}
	return v, resp.StatusCode, json.NewDecoder(resp.Body).Decode(&v)
}

func main() {
	srv := httptest.NewServer((&Store{m: map[int]*Todo{}}).Routes())
	defer srv.Close()
	fmt.Println(call[Todo](srv.URL+"/todos", "POST", `{"text":"write tests"}`))
	fmt.Println(call[Todo](srv.URL+"/todos", "POST", `{}`))
	fmt.Println(call[map[string]any](srv.URL+"/todos/1/done", "PUT", ""))
	fmt.Println(call[Todo](srv.URL+"/todos/1", "GET", ""))
	fmt.Println(call[Todo](srv.URL+"/todos/7", "GET", ""))
	fmt.Println(call[Todo](srv.URL+"/panic", "GET", ""))
}
