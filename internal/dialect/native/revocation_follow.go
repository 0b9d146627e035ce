package native

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

const maxWait = 25 // seconds

// followRevocations answers what has ended or changed after a cursor: as a stream of events for who accepts one, or
// at once or after a while for who polls.
func (n native) followRevocations(c *dialect.Call) error {
	q, err := parseQuery(c, "after", "wait")
	if err != nil {
		return err
	}
	wait, err := parseWait(q)
	if err != nil {
		return err
	}
	cursor, err := cursorOf(c.Request, q)
	if err != nil {
		return err
	}
	follower, err := n.authority.FollowRevocations(c.Context(), c.By, cursor)
	if err != nil {
		return err
	}
	defer follower.Close()
	web.Leave(c.Context()) // it waits from here on, and is one of a bounded number of followers
	if acceptsEvents(c.Request) {
		return n.streamRevocations(c, follower)
	}
	news, err := follower.Next(c.Context(), wait)
	if err != nil && !errors.Is(err, authority.ErrFeedEnds) {
		return err
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, "application/json", revocationsOf(news))
}

func parseWait(q web.Query) (time.Duration, error) {
	if !q.Has("wait") {
		return 0, nil
	}
	seconds, ok := web.ParseNumber(q["wait"])
	if !ok || seconds > maxWait {
		return 0, fault.BadParameter("wait", "The parameter must be a number from 0 to 25.")
	}
	return time.Duration(seconds) * time.Second, nil
}

// cursorOf reads where to go on: a client of events that reconnects repeats its URL and says in a header how far it came.
func cursorOf(r *http.Request, q web.Query) (cursor string, err error) {
	given := r.Header.Values("Last-Event-ID")
	if len(given) > 1 {
		return "", fault.BadParameter("Last-Event-ID", "The header is given more than once.")
	}
	if q.Has("after") {
		if cursor, err = checkedCursor("after", q["after"]); err != nil {
			return "", err
		}
	}
	if len(given) == 1 {
		return checkedCursor("Last-Event-ID", given[0])
	}
	return cursor, nil
}

func checkedCursor(parameter, text string) (string, error) {
	if authority.CheckFeedCursor(text) != nil {
		return "", fault.BadParameter(parameter, "The parameter must be a cursor that was given out here.")
	}
	return text, nil
}

// acceptsEvents reports whether the client asks for a stream of server-sent events.
func acceptsEvents(r *http.Request) bool {
	return slices.ContainsFunc(strings.Split(strings.Join(r.Header.Values("Accept"), ","), ","), func(one string) bool {
		media, _, _ := strings.Cut(one, ";")
		return strings.EqualFold(strings.TrimSpace(media), eventStream)
	})
}

func revocationsOf(news authority.FeedNews) revocationsAnswer {
	a := revocationsAnswer{Items: []revocation{}, Cursor: news.Cursor, ResetAt: formatTime(news.ResetAt), More: news.More, Stale: news.Stale, heard: heardOf(news)}
	for _, f := range news.Facts {
		a.Items = append(a.Items, revocationOf(f))
	}
	return a
}

func revocationOf(f authority.RevokedFact) revocation {
	return revocation{Cursor: f.Cursor, Fact: f.Fact, Ended: f.Ended, At: *formatTime(f.At)}
}

func heardOf(news authority.FeedNews) heard {
	return heard{HeardAt: *formatTime(news.Heard), HeardAgo: news.Ago.Milliseconds()}
}
