package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const lineMax = 64 << 10

var (
	errNoStream = errors.New("doorward: the feed does not come as a stream")
	errSilent   = errors.New("doorward: the feed's stream says nothing")
)

// stream follows the feed as server-sent events until the connection breaks or is silent for longer than the bound.
func (f *follower) stream(ctx context.Context) error {
	watched, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// Half the bound, so that another connection can be made before the feed counts as cut.
	watch := time.AfterFunc(f.bound/2, func() { cancel(errSilent) })
	defer watch.Stop()
	one := call{method: http.MethodGet, path: feedPath, header: http.Header{"Accept": {eventStream}}}
	if f.cursor != "" {
		one.header.Set("Last-Event-ID", f.cursor)
	}
	r, err := f.client.request(watched, one)
	if err != nil {
		return err
	}
	answer, err := f.client.stream.Do(r)
	if err != nil {
		return causeOr(watched, fmt.Errorf("doorward: follow the feed: %w", withoutURL(err)))
	}
	defer answer.Body.Close()
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	switch {
	case answer.StatusCode == http.StatusNotAcceptable || answer.StatusCode == http.StatusOK && kind != eventStream:
		return errNoStream
	case answer.StatusCode != http.StatusOK:
		body, _ := io.ReadAll(io.LimitReader(answer.Body, lineMax))
		return problemOf(answer, body)
	}
	err = f.readEvents(answer.Body, func() { watch.Reset(f.bound / 2) })
	return causeOr(watched, err)
}

const eventStream = "text/event-stream"

func causeOr(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, errSilent) {
		return cause
	}
	return err
}

// event is one of server-sent events, as the HTML standard has them.
type event struct{ id, name, data string }

// readEvents takes event after event until the stream ends, which is an error like any other.
func (f *follower) readEvents(body io.Reader, alive func()) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 4<<10), lineMax)
	var e event
	for lines.Scan() {
		alive()
		line := strings.TrimSuffix(lines.Text(), "\r")
		if line == "" {
			if err := f.takeEvent(e); err != nil {
				return err
			}
			e = event{}
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data += value
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("doorward: read the feed: %w", err)
	}
	return fmt.Errorf("doorward: read the feed: %w", io.EOF)
}

func (f *follower) takeEvent(e event) error {
	switch e.name {
	case "revocation":
		var said entry
		if json.Unmarshal([]byte(e.data), &said) != nil {
			return errEvent
		}
		return f.take(said)
	case "reset":
		var said struct {
			At time.Time `json:"at"`
		}
		if json.Unmarshal([]byte(e.data), &said) != nil {
			return errEvent
		}
		f.memory.raise(said.At)
	case "heard", "stale":
		var said heardFrom
		if json.Unmarshal([]byte(e.data), &said) != nil {
			return errEvent
		}
		f.moveTo(e.id)
		f.hearFrom(said, e.name == "stale")
	}
	return nil
}

var errEvent = fmt.Errorf("doorward: %w: an event of the feed is not what it is called", errAnswer)
