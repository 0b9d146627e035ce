package client_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
)

// TestAStreamThatIsHeldBackIsPolledInstead has a proxy between that collects what streams until it ends.
func TestAStreamThatIsHeldBackIsPolledInstead(t *testing.T) {
	d := clienttest.New(t)
	at, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	var held atomic.Int32
	between := httputil.NewSingleHostReverseProxy(at)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "event-stream") {
			held.Add(1)
			<-r.Context().Done()
			return
		}
		between.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	c, err := client.New(proxy.URL, client.Options{Credential: clienttest.Credential, ClientID: clienttest.ClientID})
	if err != nil {
		t.Fatal(err)
	}
	o := quiet
	o.Issuer, o.Now, o.CutBound = d.URL, d.Clock.Now, 400*time.Millisecond
	v, err := client.NewVerifier(c, orders, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	if err := v.Ready(t.Context()); err != nil || held.Load() != 2 {
		t.Fatalf("%v after %d streams", err, held.Load())
	}
	token := d.AccessToken(t, clienttest.Token{Audience: orders})
	if reason := reasonFor(t, v, token); reason != "" {
		t.Fatal(reason)
	}
	d.End(token)
	soon(t, "it is refused", func() bool { return reasonFor(t, v, token) == client.ReasonEnded })
}
