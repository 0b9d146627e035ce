package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const pollWait = 25 * time.Second

// poll asks once for what is new, and waits for it.
func (f *follower) poll(ctx context.Context) error {
	wait := min(pollWait, f.bound/2)
	one, err := jsonCall(http.MethodGet, feedPath, nil)
	if err != nil {
		return err
	}
	one.repeatable = false // the next poll is the repeat
	one.query = url.Values{"wait": {strconv.Itoa(max(1, int(wait/time.Second)))}}
	if f.cursor != "" {
		one.query.Set("after", f.cursor)
	}
	var answer struct {
		Items   []entry    `json:"items"`
		Cursor  string     `json:"cursor"`
		ResetAt *time.Time `json:"reset_at"`
		More    bool       `json:"more"`
		Stale   bool       `json:"stale"`
		heardFrom
	}
	if _, err := f.client.do(ctx, one, &answer); err != nil {
		return f.lost(err)
	}
	if answer.ResetAt != nil {
		f.memory.raise(*answer.ResetAt)
	}
	for _, e := range answer.Items {
		if err := f.take(e); err != nil {
			return err
		}
	}
	f.moveTo(answer.Cursor)
	f.hearFrom(answer.heardFrom, answer.Stale || answer.More)
	return nil
}
