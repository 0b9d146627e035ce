package client

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

// A node that has not heard from its store for too long delivers what it has; that nothing else has ended it does not know.
func TestANodeThatIsStaleIsNotHeard(t *testing.T) {
	stale := true
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"items":[],"cursor":"1","more":false,"stale":` + strconv.FormatBool(stale) + `,"heard_ago_ms":0}`))
	}))
	defer node.Close()
	c, err := New(node.URL, Options{Credential: "x"})
	if err != nil {
		t.Fatal(err)
	}
	o := VerifierOptions{Now: func() time.Time { return time.Unix(1_900_000_000, 0) }, CutBound: time.Second}
	o.fill(node.URL)
	streamed, polled := newFollower(c, newMemory(o.Now, longestLifetime, 3), o), newFollower(c, newMemory(o.Now, longestLifetime, 3), o)
	tell := func(name string) (err error) {
		stale = name == "stale"
		if err = streamed.takeEvent(event{id: "1", name: name, data: `{"heard_ago_ms":0}`}); err == nil {
			err = polled.poll(t.Context())
		}
		return err
	}
	if err := tell("stale"); err != nil || streamed.live() || polled.live() {
		t.Errorf("stale: %v, %t, %t", err, streamed.live(), polled.live())
	}
	if err := tell("heard"); err != nil || !streamed.live() || !polled.live() {
		t.Errorf("heard: %v, %t, %t", err, streamed.live(), polled.live())
	}
}
