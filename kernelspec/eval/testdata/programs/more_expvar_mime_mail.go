// mime, multipart, mail, textproto and quoted-printable with readers and writers.
package main

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

type part struct{ name, text string }

func main() {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.SetBoundary("xyz")
	for _, p := range []part{{"a", "one"}, {"b", "two"}} {
		f, err := w.CreateFormField(p.name)
		if err != nil {
			fmt.Println(err)
		}
		io.WriteString(f, p.text)
	}
	w.Close()
	fmt.Println(strings.ReplaceAll(b.String(), "\r\n", "|"))
	r := multipart.NewReader(&b, "xyz")
	for {
		p, err := r.NextPart()
		if err != nil {
			fmt.Println(err)
			break
		}
		t, _ := io.ReadAll(p)
		fmt.Println(p.FormName(), string(t))
	}
	mt, params, err := mime.ParseMediaType("text/html; charset=utf-8")
	fmt.Println(mt, params, err, mime.TypeByExtension(".html"))
	m, err := mail.ReadMessage(strings.NewReader("From: Ann <ann@x.org>\r\nSubject: hi\r\n\r\nbody\r\n"))
	a, _ := mail.ParseAddress(m.Header.Get("From"))
	body, _ := io.ReadAll(m.Body)
	fmt.Println(a.Name, a.Address, strings.TrimSpace(string(body)), err)
	var q bytes.Buffer
	qw := quotedprintable.NewWriter(&q)
	qw.Write([]byte("é=1"))
	qw.Close()
	fmt.Println(q.String(), mime.QEncoding.Encode("utf-8", "é"))
	h := textproto.MIMEHeader{}
	h.Add("x-key", "v1")
	h.Add("X-Key", "v2")
	fmt.Println(h, h.Values("X-KEY"), textproto.CanonicalMIMEHeaderKey("content-type"))
}
