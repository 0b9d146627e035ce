package clienttest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/client"
)

// Doorward is a small installation that runs in a test: its tokens are signed for real, its people are invented.
type Doorward struct {
	URL   string // its public URL and the issuer of its tokens
	Clock *Clock

	mu       sync.Mutex
	keys     []signingKey
	issued   map[string]*issued // by token
	links    map[string]*link   // by login token
	feed     []entry
	cut      bool
	changed  chan struct{} // closed when the feed has more to say, or is cut
	noStream bool
	down     bool
	asked    map[string]int // requests by path
}

// issued is a token that was given out.
type issued struct {
	token  Token
	kind   client.Kind
	id     string
	iat    time.Time
	exp    time.Time
	ended  bool
	client string
}

// New returns a running installation that stops with the test.
func New(t testing.TB) *Doorward {
	t.Helper()
	d := &Doorward{
		Clock: NewClock(), issued: map[string]*issued{}, links: map[string]*link{}, changed: make(chan struct{}), asked: map[string]int{},
	}
	d.keys = []signingKey{newSigningKey(t, "ES256")}
	s := httptest.NewServer(d.handler())
	d.URL = s.URL
	t.Cleanup(func() {
		d.CutFeed()
		s.CloseClientConnections()
		s.Close()
	})
	return d
}

// Client returns a client with the only credential that the installation takes.
func (d *Doorward) Client(t testing.TB) *client.Client {
	t.Helper()
	c, err := client.New(d.URL, client.Options{Credential: Credential, ClientID: ClientID})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The only credential that the installation takes: by itself at /v1, beside its client_id at /oauth2.
const (
	Credential = "clienttest-credential"
	ClientID   = "service:audience/1"
)

// Verifier returns a verifier on the installation's clock that follows its feed already and ends with the test.
func (d *Doorward) Verifier(t testing.TB, resource string, o client.VerifierOptions) *client.Verifier {
	t.Helper()
	if o.Now == nil {
		o.Now = d.Clock.Now
	}
	v, err := client.NewVerifier(d.Client(t), resource, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	if err := v.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v
}

// Asked returns how many requests have come to a path.
func (d *Doorward) Asked(path string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked[path]
}

// Break makes every route answer 503 until it is mended; the feed too.
func (d *Doorward) Break(broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = broken
	d.wake()
}

func (d *Doorward) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth2/jwks", d.answerKeys)
	mux.HandleFunc("POST /oauth2/introspect", d.answerIntrospection)
	mux.HandleFunc("POST /oauth2/revoke", d.answerRevocation)
	mux.HandleFunc("POST /oauth2/token", d.answerExchange)
	mux.HandleFunc("POST /v1/login-tokens/redeem", d.answerRedemption)
	mux.HandleFunc("GET /v1/session", d.answerSession)
	mux.HandleFunc("GET /v1/revocations", d.answerFeed)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.asked[r.URL.Path]++
		down := d.down
		d.mu.Unlock()
		if down {
			problem(w, http.StatusServiceUnavailable, "unavailable")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// Clock is a clock set by hand.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock that stands at noon of a day in 2030.
func NewClock() *Clock { return &Clock{at: time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC)} }

// Now returns the time the clock stands at.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
