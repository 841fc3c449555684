// Package message reads and writes Jupyter messages (protocol 5.5): the frames
// on the wire, their signature, and the connection file that names the sockets.
package message

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// ProtocolVersion is the version of the messaging protocol that is spoken.
const ProtocolVersion = "5.5"

// Header says what a message is and who sent it.
type Header struct {
	MsgID    string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	MsgType  string `json:"msg_type"`
	Version  string `json:"version"`
}

// Message is one message. Parent holds the header of the request it belongs to
// exactly as it came; Metadata and Content are JSON objects.
type Message struct {
	Identities [][]byte // routing frames before the delimiter
	Header     Header
	RawHeader  json.RawMessage // the header as it came or goes
	Parent     json.RawMessage
	Metadata   json.RawMessage
	Content    json.RawMessage
	Buffers    [][]byte

	// BadContent says why content or metadata cannot be used; the header is good.
	BadContent error
}

// Errors of Decode.
var (
	ErrFrames    = errors.New("message: not the frames of a Jupyter message")
	ErrSignature = errors.New("message: wrong signature")
	ErrReplay    = errors.New("message: same message seen before")
	ErrHeader    = errors.New("message: unreadable header")
)

var delimiter = []byte("<IDS|MSG>")

var empty = json.RawMessage("{}")

// New returns a message of the given type with a header of its own. parent may be
// nil; content is marshalled and must be a JSON object.
func New(session, msgType string, parent json.RawMessage, content any) (*Message, error) {
	body, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("message: content of %s: %w", msgType, err)
	}
	if parent == nil {
		parent = empty
	}
	m := &Message{
		Header: Header{
			MsgID: rand.Text(), Session: session, Username: "kernel", MsgType: msgType, Version: ProtocolVersion,
			Date: time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"),
		},
		Parent: parent, Metadata: empty, Content: body,
	}
	m.RawHeader, err = json.Marshal(m.Header)
	return m, err
}

// Codec signs and checks messages with the key of a connection. An empty key
// means no signatures, as the protocol says.
type Codec struct {
	key  []byte
	seen *replays
}

// NewCodec returns a codec that refuses messages it has seen before.
func NewCodec(key string) *Codec { return &Codec{key: []byte(key), seen: newReplays()} }

// Encode returns the frames of a message.
func (c *Codec) Encode(m *Message) [][]byte {
	parts := [][]byte{m.RawHeader, m.Parent, m.Metadata, m.Content}
	frames := make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	frames = append(frames, m.Identities...)
	frames = append(frames, delimiter, c.sign(parts))
	frames = append(frames, parts...)
	return append(frames, m.Buffers...)
}

// sign returns the HMAC-SHA256 of the parts in hex; empty without a key.
func (c *Codec) sign(parts [][]byte) []byte {
	if len(c.key) == 0 {
		return []byte{}
	}
	mac := hmac.New(sha256.New, c.key)
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}

// Decode reads the frames of a message. A message whose frames, signature or
// header are wrong gives an error; one whose content alone is wrong is returned
// with BadContent set, so that it can be answered.
func (c *Codec) Decode(frames [][]byte) (*Message, error) {
	at := 0
	for at < len(frames) && !bytes.Equal(frames[at], delimiter) {
		at++
	}
	if len(frames) < at+6 {
		return nil, ErrFrames
	}
	signature, parts := frames[at+1], frames[at+2:at+6]
	if err := c.check(signature, parts); err != nil {
		return nil, err
	}
	m := &Message{
		Identities: frames[:at], Buffers: frames[at+6:],
		RawHeader: parts[0], Parent: parts[1], Metadata: parts[2], Content: parts[3],
	}
	if !utf8.Valid(parts[0]) || json.Unmarshal(parts[0], &m.Header) != nil || m.Header.MsgType == "" || m.Header.MsgID == "" {
		return nil, ErrHeader
	}
	for _, p := range []struct {
		what string
		json *json.RawMessage
	}{{"parent header", &m.Parent}, {"metadata", &m.Metadata}, {"content", &m.Content}} {
		if err := object(*p.json, p.json != &m.Content); err != nil {
			m.BadContent = fmt.Errorf("message: %s of %s %w", p.what, m.Header.MsgType, err)
			*p.json = empty
		}
	}
	return m, nil
}

// check compares the signature in constant time and refuses what was seen before.
func (c *Codec) check(signature []byte, parts [][]byte) error {
	if len(c.key) == 0 {
		return nil
	}
	if !hmac.Equal(signature, c.sign(parts)) {
		return ErrSignature
	}
	if !c.seen.add(string(signature)) {
		return ErrReplay
	}
	return nil
}

// object reports why b is not a JSON object, in UTF-8 if text is set: in the content it is
// told by those who read its strings, who know where they come from.
func object(b []byte, text bool) error {
	switch {
	case text && !utf8.Valid(b):
		return errors.New("is not UTF-8")
	case !json.Valid(b):
		return errors.New("is not JSON")
	case bytes.TrimLeft(b, " \t\r\n")[0] != '{':
		return errors.New("is not a JSON object")
	}
	return nil
}
