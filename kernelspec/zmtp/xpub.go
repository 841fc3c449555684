package zmtp

import (
	"bytes"
	"sync"
	"time"
)

// First byte of the messages by which a subscriber changes its topics.
const (
	unsubscribe = 0
	subscribe   = 1
)

// queueLimit is how many bytes may wait for one subscriber before Send waits for it.
const queueLimit = 32 << 20

// XPub is a bound XPUB socket: it sends each message to all peers that subscribe
// to a prefix of its first frame. Nothing is dropped: a slow subscriber slows the
// sender down, until it takes nothing for writeTime and counts as gone.
type XPub struct {
	lis     *listener
	welcome func(topic []byte) [][]byte
	mu      sync.Mutex
	subs    map[*subscriber]bool
}

// ListenXPub binds an XPUB socket. welcome, which may be nil, makes the message
// that a peer gets first of all after each of its subscriptions.
func ListenXPub(network, address string, welcome func(topic []byte) [][]byte) (*XPub, error) {
	p := &XPub{welcome: welcome, subs: map[*subscriber]bool{}}
	lis, err := listen(network, address, "XPUB", p.serve)
	if err != nil {
		return nil, err
	}
	p.lis = lis
	return p, nil
}

func (p *XPub) serve(c *Conn) {
	s := newSubscriber(c)
	p.mu.Lock()
	p.subs[s] = true
	p.mu.Unlock()
	go s.write()
	defer func() {
		p.mu.Lock()
		delete(p.subs, s)
		p.mu.Unlock()
		s.stop()
	}()
	for {
		frames, err := c.Read()
		if err != nil {
			return
		}
		if len(frames) != 1 || len(frames[0]) == 0 {
			continue
		}
		switch topic := frames[0][1:]; frames[0][0] {
		case subscribe:
			if s.subscribe(topic) && p.welcome != nil {
				s.send(p.welcome(topic))
			}
		case unsubscribe:
			s.unsubscribe(topic)
		}
	}
}

// Send publishes a message.
func (p *XPub) Send(frames [][]byte) {
	p.mu.Lock()
	subs := make([]*subscriber, 0, len(p.subs))
	for s := range p.subs {
		subs = append(subs, s)
	}
	p.mu.Unlock()
	for _, s := range subs {
		if s.wants(frames[0]) {
			s.send(frames)
		}
	}
}

// Flush waits until every subscriber has been sent what was published, at most d.
func (p *XPub) Flush(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Millisecond) {
		p.mu.Lock()
		waiting := false
		for s := range p.subs {
			waiting = waiting || s.waiting()
		}
		p.mu.Unlock()
		if !waiting {
			return
		}
	}
}

// Close ends the socket and its connections.
func (p *XPub) Close() error { return p.lis.Close() }

// subscriber is one peer of an XPub, with the messages that wait for it.
type subscriber struct {
	conn   *Conn
	mu     sync.Mutex
	change *sync.Cond // the queue grew or shrank, or the peer is gone
	topics [][]byte
	queue  [][][]byte
	bytes  int
	busy   bool // a message is being written
	gone   bool
}

func newSubscriber(c *Conn) *subscriber {
	s := &subscriber{conn: c}
	s.change = sync.NewCond(&s.mu)
	return s
}

// subscribe reports whether topic is new.
func (s *subscriber) subscribe(topic []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.topics) == MaxFrames {
		return false
	}
	s.topics = append(s.topics, bytes.Clone(topic))
	return true
}

func (s *subscriber) unsubscribe(topic []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, t := range s.topics {
		if bytes.Equal(t, topic) {
			s.topics = append(s.topics[:i], s.topics[i+1:]...)
			return
		}
	}
}

func (s *subscriber) wants(first []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.topics {
		if bytes.HasPrefix(first, t) {
			return true
		}
	}
	return false
}

// send queues a message, waiting while too much is queued.
func (s *subscriber) send(frames [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.bytes > queueLimit && !s.gone {
		s.change.Wait()
	}
	if !s.gone {
		s.queue = append(s.queue, frames)
		s.bytes += size(frames)
		s.change.Broadcast()
	}
}

func (s *subscriber) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.gone && (s.busy || len(s.queue) > 0)
}

// write sends what is queued until the peer is gone.
func (s *subscriber) write() {
	for {
		frames, ok := s.next()
		if !ok {
			return
		}
		s.conn.SetWriteDeadline(time.Now().Add(writeTime))
		if s.conn.Write(frames) != nil {
			s.stop()
			return
		}
	}
}

// next takes a message from the queue.
func (s *subscriber) next() ([][]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
	for len(s.queue) == 0 && !s.gone {
		s.change.Wait()
	}
	if s.gone {
		return nil, false
	}
	frames := s.queue[0]
	s.queue[0], s.queue, s.busy = nil, s.queue[1:], true
	s.bytes -= size(frames)
	s.change.Broadcast()
	return frames, true
}

// stop drops the peer and everything that waits for it.
func (s *subscriber) stop() {
	s.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone, s.queue, s.bytes = true, nil, 0
	s.change.Broadcast()
}

func size(frames [][]byte) int {
	n := 0
	for _, f := range frames {
		n += len(f)
	}
	return n
}
