package portal

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/doorward/doorward/client"
)

// Options say where things are.
type Options struct {
	Doorward   string // public URL of the installation
	Credential string // of the portal's audience
	ClientID   string // of that credential: "service:audience/1"
	Resource   string // of the portal's audience: "https://doorward.example/audiences/1"
	PublicURL  string // of the portal
	Name       string
	Log        *slog.Logger
	Now        func() time.Time // the clock, for tests; nil: time.Now
}

// Portal is the portal and its API.
type Portal struct {
	options  Options
	client   *client.Client
	verifier *client.Verifier
	handoff  *client.Handoff
}

// New returns a portal that follows the feed of what has ended until it is closed.
func New(o Options) (*Portal, error) {
	c, err := client.New(o.Doorward, client.Options{Credential: o.Credential, ClientID: o.ClientID})
	if err != nil {
		return nil, err
	}
	v, err := client.NewVerifier(c, o.Resource, client.VerifierOptions{PublicURL: o.PublicURL, Log: o.Log, Now: o.Now})
	if err != nil {
		return nil, err
	}
	h, err := client.NewHandoff(c, v, client.HandoffOptions{PublicURL: o.PublicURL, Name: o.Name, Log: o.Log})
	if err != nil {
		v.Close()
		return nil, err
	}
	return &Portal{options: o, client: c, verifier: v, handoff: h}, nil
}

// Close stops following the feed.
func (p *Portal) Close() { p.verifier.Close() }

// Ready waits until the feed has been heard from.
func (p *Portal) Ready(ctx context.Context) error { return p.verifier.Ready(ctx) }

// Handler returns all that the portal serves.
func (p *Portal) Handler() http.Handler {
	pages := p.verifier.Require(client.Requirement{Cookie: p.handoff.Cookie(), Fail: p.askToSignIn})
	// Somebody who acts for another may look at orders and order nothing.
	api := p.verifier.Require(client.Requirement{Acting: client.ActingReadOnly})

	mux := http.NewServeMux()
	mux.Handle("/login", p.handoff)
	mux.Handle("/sign-out", p.handoff.SignOut())
	mux.Handle("GET /{$}", pages(http.HandlerFunc(p.showHome)))
	mux.Handle("POST /access-token", pages(http.HandlerFunc(p.showAccessToken)))
	mux.Handle("GET /api/orders", api(http.HandlerFunc(listOrders)))
	mux.Handle("POST /api/orders", api(http.HandlerFunc(makeOrder)))
	return mux
}
