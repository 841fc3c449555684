package message

import "sync"

// replayWindow is how many of the last signatures are remembered.
const replayWindow = 1 << 16

// replays remembers the signatures of the last messages: a signed message that
// somebody recorded and sends again is refused.
type replays struct {
	mu   sync.Mutex
	seen map[string]bool
	ring []string // in order of arrival, once full overwritten from the oldest
	next int
}

func newReplays() *replays { return &replays{seen: map[string]bool{}} }

// add reports whether the signature is new.
func (r *replays) add(signature string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[signature] {
		return false
	}
	r.seen[signature] = true
	if len(r.ring) < replayWindow {
		r.ring = append(r.ring, signature)
		return true
	}
	delete(r.seen, r.ring[r.next])
	r.ring[r.next] = signature
	r.next = (r.next + 1) % replayWindow
	return true
}
