package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// frames returns those of a request signed with key.
func frames(t testing.TB, key, msgType string, content any) [][]byte {
	t.Helper()
	m, err := New("session", msgType, nil, content)
	if err != nil {
		t.Fatal(err)
	}
	m.Identities = [][]byte{[]byte("id")}
	return NewCodec(key).Encode(m)
}

func TestEncodeDecode(t *testing.T) {
	for _, key := range []string{"", "secret"} {
		f := frames(t, key, "execute_request", map[string]any{"code": "1+2 😀"})
		f = append(f, []byte("buffer"))
		m, err := NewCodec(key).Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		if m.Header.MsgType != "execute_request" || m.Header.Version != "5.5" || len(m.Header.Date) < 20 || m.BadContent != nil {
			t.Errorf("header %+v, %v", m.Header, m.BadContent)
		}
		if string(m.Identities[0]) != "id" || string(m.Buffers[0]) != "buffer" {
			t.Errorf("identities %q, buffers %q", m.Identities, m.Buffers)
		}
		var c struct{ Code string }
		if json.Unmarshal(m.Content, &c); c.Code != "1+2 😀" {
			t.Errorf("code %q", c.Code)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := func() [][]byte { return frames(t, "secret", "x_request", map[string]any{"a": 1}) }
	signed := func(change func(parts [][]byte)) [][]byte {
		f := good()
		change(f[3:7])
		f[2] = (&Codec{key: []byte("secret")}).sign(f[3:7])
		return f
	}
	for _, test := range []struct {
		name   string
		frames [][]byte
		want   error
	}{
		{"nothing", nil, ErrFrames},
		{"no delimiter", [][]byte{{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}}, ErrFrames},
		{"too few frames", good()[:6], ErrFrames},
		{"delimiter last", [][]byte{delimiter}, ErrFrames},
		{"wrong signature", append(append([][]byte{}, good()[:2]...), append([][]byte{[]byte("00ff")}, good()[3:]...)...), ErrSignature},
		{"no signature", append(append([][]byte{}, good()[:2]...), append([][]byte{{}}, good()[3:]...)...), ErrSignature},
		{"header no JSON", signed(func(p [][]byte) { p[0] = []byte("{") }), ErrHeader},
		{"header null", signed(func(p [][]byte) { p[0] = []byte("null") }), ErrHeader},
		{"header of wrong type", signed(func(p [][]byte) { p[0] = []byte(`{"msg_id":1,"msg_type":"x"}`) }), ErrHeader},
		{"header not UTF-8", signed(func(p [][]byte) { p[0] = []byte("{\"msg_id\":\"\xff\",\"msg_type\":\"x\"}") }), ErrHeader},
		{"header without type", signed(func(p [][]byte) { p[0] = []byte(`{"msg_id":"a"}`) }), ErrHeader},
	} {
		if _, err := NewCodec("secret").Decode(test.frames); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	for name, content := range map[string]string{"no JSON": "{", "null": "null", "list": "[1]", "text": `"a"`, "empty": "", "deep": strings.Repeat("[", 20000)} {
		m, err := NewCodec("secret").Decode(signed(func(p [][]byte) { p[3] = []byte(content) }))
		if err != nil || m.BadContent == nil || string(m.Content) != "{}" {
			t.Errorf("content %s: %v, %+v", name, err, m)
		}
	}
}

func TestReplayIsRefused(t *testing.T) {
	c := NewCodec("secret")
	f := frames(t, "secret", "x_request", map[string]any{})
	if _, err := c.Decode(f); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Decode(f); !errors.Is(err, ErrReplay) {
		t.Errorf("second time: %v", err)
	}
	r := newReplays()
	for i := range replayWindow + 10 {
		if !r.add(strconv.Itoa(i)) {
			t.Fatalf("signature %d counts as seen", i)
		}
	}
	if len(r.seen) > replayWindow || len(r.ring) != replayWindow {
		t.Errorf("%d signatures are remembered", len(r.seen))
	}
}

func TestConnectionFile(t *testing.T) {
	c, err := NewConnection()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "c.json")
	if err := c.Save(name); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o600 {
		t.Errorf("connection file is %v", info.Mode())
	}
	if back, err := ReadConnection(name); err != nil || *back != *c {
		t.Errorf("read %+v, %v", back, err)
	}
	if n, a := (&Connection{Transport: "ipc", IP: "/tmp/k"}).Address(3); n != "unix" || a != "/tmp/k-3" {
		t.Errorf("ipc is %s %s", n, a)
	}
	for _, bad := range []string{"", "{", `{"transport":"carrier pigeon"}`, `{"signature_scheme":"hmac-md5"}`, `{"shell_port":"x"}`} {
		if err := os.WriteFile(name, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadConnection(name); err == nil {
			t.Errorf("%q is a connection file", bad)
		}
	}
}

// Whatever the frames are, decoding gives a message or an error, and a message
// that is decoded encodes to the same frames.
func FuzzDecode(f *testing.F) {
	for _, content := range []any{map[string]any{}, map[string]any{"code": "1"}, nil, []int{1}} {
		m, err := New("s", "execute_request", nil, content)
		if err != nil {
			f.Fatal(err)
		}
		c := NewCodec("")
		f.Add(bytes.Join(c.Encode(m), []byte("\x00\xff")))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c := NewCodec("")
		in := bytes.Split(b, []byte("\x00\xff"))
		m, err := c.Decode(in)
		if err != nil || m.BadContent != nil {
			return
		}
		out := c.Encode(m)
		at := len(m.Identities)
		if len(out) != len(in) {
			t.Fatalf("%d frames became %d", len(in), len(out))
		}
		for i := range out {
			if i != at+1 && !bytes.Equal(out[i], in[i]) {
				t.Errorf("frame %d: %q became %q", i, in[i], out[i])
			}
		}
	})
}
