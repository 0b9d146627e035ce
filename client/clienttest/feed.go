package clienttest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const heardEvery = 20 * time.Millisecond // so that a verifier on the hand-set clock is never without news for long

// entry is a line of the feed.
type entry struct {
	Cursor string    `json:"cursor"`
	Fact   string    `json:"fact"`
	Ended  bool      `json:"ended"`
	At     time.Time `json:"at"`
	reset  bool
}

func newID() string { return rand.Text() }

// End ends the session or access token of a text, and says so in the feed.
func (d *Doorward) End(token string) {
	d.mu.Lock()
	one := d.issued[token]
	if one != nil {
		one.ended = true
	}
	d.mu.Unlock()
	if one != nil {
		d.publish(Fact("session", one.id), true)
	}
}

// EndSilently ends what a token stands for without a word in the feed: only who asks learns of it.
func (d *Doorward) EndSilently(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if one := d.issued[token]; one != nil {
		one.ended = true
	}
}

// Change says in the feed that something tokens depend on has changed: who holds one issued until now must ask.
func (d *Doorward) Change(kind, key string) { d.publish(Fact(kind, key), false) }

// Reset says in the feed that everything issued until now is to be doubted.
func (d *Doorward) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.feed = append(d.feed, entry{At: d.Clock.Now(), reset: true})
	d.wake()
}

func (d *Doorward) publish(fact string, ended bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.feed = append(d.feed, entry{Cursor: strconv.Itoa(len(d.feed) + 1), Fact: fact, Ended: ended, At: d.Clock.Now()})
	d.wake()
}

// CutFeed stops the feed until MendFeed; everything else goes on.
func (d *Doorward) CutFeed() { d.setCut(true) }

// MendFeed lets the feed go on where it was cut.
func (d *Doorward) MendFeed() { d.setCut(false) }

func (d *Doorward) setCut(cut bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cut = cut
	d.wake()
}

// PollOnly answers the feed to who polls and refuses streams, as a proxy between may.
func (d *Doorward) PollOnly() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.noStream = true
	d.wake()
}

// wake lets those who follow look again; the caller holds the lock.
func (d *Doorward) wake() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// news returns what is new after a number of entries, and what is closed when there is more; ok is false while it is cut.
func (d *Doorward) news(after int) (fresh []entry, more chan struct{}, streams, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]entry{}, d.feed[min(after, len(d.feed)):]...), d.changed, !d.noStream, !d.cut && !d.down
}

func (d *Doorward) answerFeed(w http.ResponseWriter, r *http.Request) {
	if !allowed(w, r) {
		return
	}
	after, err := cursorIn(r)
	_, _, streams, ok := d.news(0)
	switch {
	case !ok:
		problem(w, http.StatusServiceUnavailable, "unavailable")
	case err != nil:
		problem(w, http.StatusBadRequest, "malformed-request")
	case strings.Contains(r.Header.Get("Accept"), "text/event-stream") && streams:
		d.stream(w, r, after)
	default:
		d.answerPoll(w, r, after)
	}
}

func cursorIn(r *http.Request) (int, error) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return 0, nil
	}
	return strconv.Atoi(text)
}

func (d *Doorward) stream(w http.ResponseWriter, r *http.Request, after int) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for {
		fresh, more, streams, ok := d.news(after)
		if !ok || !streams {
			return
		}
		for _, e := range fresh {
			after++
			put(w, e)
		}
		fmt.Fprintf(w, "event: heard\nid: %d\ndata: {\"heard_at\":%q,\"heard_ago_ms\":0}\n\n", after, d.Clock.Now().Format(time.RFC3339))
		if out.Flush() != nil {
			return
		}
		select {
		case <-more:
		case <-time.After(heardEvery):
		case <-r.Context().Done():
			return
		}
	}
}

func put(w http.ResponseWriter, e entry) {
	if e.reset {
		fmt.Fprintf(w, "event: reset\ndata: {\"at\":%q}\n\n", e.At.Format(time.RFC3339Nano))
		return
	}
	data, _ := json.Marshal(e)
	fmt.Fprintf(w, "event: revocation\nid: %s\ndata: %s\n\n", e.Cursor, data)
}

func (d *Doorward) answerPoll(w http.ResponseWriter, r *http.Request, after int) {
	fresh, more, _, _ := d.news(after)
	if len(fresh) == 0 {
		select {
		case <-more:
		case <-time.After(heardEvery):
		case <-r.Context().Done():
		}
		fresh, _, _, _ = d.news(after)
	}
	items, reset := []entry{}, any(nil)
	for _, e := range fresh {
		if e.reset {
			reset = e.At.Format(time.RFC3339Nano)
			continue
		}
		items = append(items, e)
	}
	write(w, http.StatusOK, map[string]any{
		"items": items, "cursor": strconv.Itoa(after + len(fresh)), "reset_at": reset, "more": false, "stale": false,
		"heard_at": d.Clock.Now().Format(time.RFC3339), "heard_ago_ms": 0,
	})
}
