package native

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
)

const (
	eventStream = "text/event-stream"
	heardEvery  = 3 * time.Second  // how often a follower is told that nothing is missing
	askedEvery  = 5 * time.Second  // how often it is asked whether who follows still may
	writeBound  = 10 * time.Second // a client that takes longer to read is cut; it goes on from its cursor
	retryEvents = "retry: 1000\n\n"
)

// streamRevocations writes events (WHATWG HTML §9.2) until the client leaves, may not follow any more, or this node stops.
func (n native) streamRevocations(c *dialect.Call, follower *authority.FeedFollower) error {
	c.ResponseWriter.Header().Set("Content-Type", eventStream)
	c.ResponseWriter.Header().Set("X-Accel-Buffering", "no") // nginx would collect events until they fill a page
	s := eventWriter{http.NewResponseController(c.ResponseWriter), c.ResponseWriter}
	if s.write([]byte(retryEvents)) != nil {
		return nil
	}
	asked := time.Now()
	for wait := time.Duration(0); ; wait = heardEvery {
		news, ended := follower.Next(c.Context(), wait)
		if c.Context().Err() != nil || s.write(eventsOf(news)) != nil || ended != nil {
			return nil
		}
		if news.Self || time.Since(asked) >= askedEvery {
			if !n.mayFollow(c) {
				return nil
			}
			asked = time.Now()
		}
	}
}

// mayFollow authenticates the request again, as it was: what it was let in by may have ended. While that cannot be
// decided the stream goes on, and says that it is stale.
func (n native) mayFollow(c *dialect.Call) bool {
	proof, err := n.presented(c)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(c.Context(), askedEvery)
	defer cancel()
	by, err := n.authority.Authenticate(ctx, c.Origin, proof.Proved())
	if err == nil {
		err = n.authority.RequireFeed(ctx, by)
	}
	kind := fault.KindOf(err)
	return err == nil || kind != fault.Unauthenticated && kind != fault.Denied
}

// eventWriter writes events out at once. The server's own deadline is for answers that end.
type eventWriter struct {
	control *http.ResponseController
	out     http.ResponseWriter
}

func (s eventWriter) write(events []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeBound)); err != nil {
		return err
	}
	if _, err := s.out.Write(events); err != nil {
		return err
	}
	return s.control.Flush()
}

// eventsOf returns news as events: what to doubt, what ended or changed, and how far the node has heard.
func eventsOf(news authority.FeedNews) []byte {
	var b bytes.Buffer
	if !news.ResetAt.IsZero() {
		putEvent(&b, "reset", "", reset{At: *formatTime(news.ResetAt)})
	}
	for _, f := range news.Facts {
		putEvent(&b, "revocation", f.Cursor, revocationOf(f))
	}
	if news.More {
		return b.Bytes() // nothing is missing only at the end
	}
	name := "heard"
	if news.Stale {
		name = "stale"
	}
	putEvent(&b, name, news.Cursor, heardOf(news))
	return b.Bytes()
}

// putEvent writes one event; neither JSON nor a cursor holds a line break.
func putEvent(b *bytes.Buffer, name, id string, data any) {
	text, err := json.Marshal(data)
	if err != nil {
		return // strings and numbers always can be written
	}
	b.WriteString("event: " + name + "\n")
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	b.WriteString("data: " + string(text) + "\n\n")
}
