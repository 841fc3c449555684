package zmtp

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"
)

// writeTime is how long a peer may take to accept bytes before it counts as gone.
const writeTime = 30 * time.Second

// Router is a bound ROUTER socket: each message it receives begins with the
// identity of its sender, each message it sends with that of its receiver.
type Router struct {
	lis   *listener
	peers map[string]*routerPeer
	mu    sync.Mutex
}

type routerPeer struct {
	conn *Conn
	mu   sync.Mutex
}

// ListenRouter binds a ROUTER socket. receive is called for every message, from
// one goroutine per peer; messages of one peer come in order.
func ListenRouter(network, address string, receive func(frames [][]byte)) (*Router, error) {
	r := &Router{peers: map[string]*routerPeer{}}
	lis, err := listen(network, address, "ROUTER", func(c *Conn) { r.serve(c, receive) })
	if err != nil {
		return nil, err
	}
	r.lis = lis
	return r, nil
}

func (r *Router) serve(c *Conn, receive func([][]byte)) {
	id := string(c.PeerIdentity)
	if id == "" {
		id = "\x00" + rand.Text()
	}
	peer := &routerPeer{conn: c}
	r.mu.Lock()
	r.peers[id] = peer // a peer that comes back takes over its identity
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.peers[id] == peer {
			delete(r.peers, id)
		}
	}()
	for {
		frames, err := c.Read()
		if err != nil {
			return
		}
		receive(append([][]byte{[]byte(id)}, frames...))
	}
}

// Send sends a message to the peer that its first frame names.
func (r *Router) Send(frames [][]byte) error {
	r.mu.Lock()
	peer := r.peers[string(frames[0])]
	r.mu.Unlock()
	if peer == nil {
		return fmt.Errorf("zmtp: no peer %q", frames[0])
	}
	peer.mu.Lock()
	defer peer.mu.Unlock()
	peer.conn.SetWriteDeadline(time.Now().Add(writeTime))
	err := peer.conn.Write(frames[1:])
	if err != nil {
		peer.conn.Close()
	}
	return err
}

// Close ends the socket and its connections.
func (r *Router) Close() error { return r.lis.Close() }

// ListenEcho binds a REP socket that sends every message back: a heartbeat.
func ListenEcho(network, address string) (close func() error, err error) {
	lis, err := listen(network, address, "REP", func(c *Conn) {
		for {
			frames, err := c.Read()
			if err != nil {
				return
			}
			c.SetWriteDeadline(time.Now().Add(writeTime))
			if c.Write(frames) != nil {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return lis.Close, nil
}
