package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

type api struct{ store map[string]string }

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case "GET":
		if v, ok := a.store[r.URL.Path]; ok {
			w.Header().Set("X-Found", "yes")
			fmt.Fprint(w, v)
			return
		}
		http.Error(w, "none", 404)
	case "POST":
		b, _ := io.ReadAll(r.Body)
		a.store[r.URL.Path] = string(b) + r.URL.Query().Get("q")
		w.WriteHeader(201)
	}
}

type rot13 struct{ r io.Reader }

func (r rot13) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	for i, c := range p[:n] {
		switch {
		case c >= 'a' && c <= 'z':
			p[i] = 'a' + (c-'a'+13)%26
		}
	}
	return n, err
}

type upper struct{ io.Writer }

func (u upper) Write(p []byte) (int, error) {
	return u.Writer.Write([]byte(strings.ToUpper(string(p))))
}

type countW int

func (c *countW) Write(p []byte) (int, error) { *c += countW(len(p)); return len(p), nil }

func main() {
	mux := http.NewServeMux()
	mux.Handle("/", &api{map[string]string{}})
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.PathValue("name")) })
	logged := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Print(r.Method, " ", r.URL, "; "); h.ServeHTTP(w, r) })
	}
	srv := httptest.NewServer(logged(mux))
	defer srv.Close()
	resp, err := http.Post(srv.URL+"/k?q=z", "text/plain", strings.NewReader("body"))
	fmt.Println(resp.StatusCode, err)
	for _, p := range []string{"/k", "/none", "/hello/ann"} {
		resp, err := http.Get(srv.URL + p)
		if err != nil {
			fmt.Println(err)
			continue
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Printf("%d %q %q\n", resp.StatusCode, b, resp.Header.Get("X-Found"))
	}
	io.Copy(upper{os.Stdout}, rot13{strings.NewReader("uryyb\n")})
	var c countW
	mw := io.MultiWriter(&c, io.Discard)
	fmt.Fprintf(mw, "%d items", 12)
	fmt.Println(c)
	sc := bufio.NewScanner(strings.NewReader("one two\nthree"))
	sc.Split(bufio.ScanWords)
	for sc.Scan() {
		fmt.Print(sc.Text(), "|")
	}
	fmt.Println(sc.Err())
	dir, _ := os.MkdirTemp("", "h")
	defer os.RemoveAll(dir)
	f, err := os.Create(filepath.Join(dir, "x.txt"))
	bw := bufio.NewWriter(f)
	fmt.Fprintln(bw, "line 1")
	bw.WriteString("line 2\n")
	bw.Flush()
	f.Seek(0, io.SeekStart)
	b, err := io.ReadAll(f)
	f.Close()
	fmt.Printf("%q %v\n", b, err)
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		fmt.Print(rel, d.IsDir(), " ")
		return nil
	})
	fmt.Println()
	re := regexp.MustCompile(`(?P<k>\w+)=(?P<v>\d+)`)
	fmt.Println(re.FindAllStringSubmatch("a=1, bb=22", -1), re.ReplaceAllString("a=1", "$v:$k"), re.SubexpNames(), re.ReplaceAllStringFunc("a=1 b=2", strings.ToUpper))
	u, err := url.Parse("https://u:p@host:80/p/a th?q=1&q=2&r=%20#frag")
	fmt.Println(u.Host, u.Port(), u.Path, u.Query()["q"], u.Fragment, u.User.Username(), err)
	t := time.Date(2024, 2, 29, 23, 59, 0, 0, time.UTC)
	fmt.Println(t.AddDate(1, 0, 0).Format(time.RFC3339), t.Add(2*time.Minute).Weekday(), t.YearDay(), t.Format("Jan 2, 2006 at 3:04pm (MST)"))
	d, _ := time.ParseDuration("1h15m30.5s")
	fmt.Println(d, d.Minutes(), d.Round(time.Minute), time.Duration(1500)*time.Millisecond, t.Sub(t.Add(-d)))
	pr, pw := io.Pipe()
	go func() { fmt.Fprint(pw, "piped"); pw.CloseWithError(io.ErrUnexpectedEOF) }()
	b, err = io.ReadAll(pr)
	fmt.Println(string(b), err)
	lr := io.LimitReader(strings.NewReader("abcdef"), 3)
	tr := io.TeeReader(lr, &c)
	b, _ = io.ReadAll(tr)
	fmt.Println(string(b), c)
}
