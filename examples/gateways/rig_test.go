package gateways_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/server"
	"github.com/doorward/doorward/internal/tenant"
)

const people = `
version: 1
audiences:
  - {id: 1, name: orders, kind: portal, url: "{installation}/?t={token}", lifetime: {default: 30s}, credential: key-of-the-orders}
  - {id: 2, name: invoices, kind: portal, url: "{installation}/?t={token}", lifetime: {default: 30s}, credential: key-of-the-invoices}
organisations:
  - name: ORG
    roles: [{name: clerk, permissions: [readOrders, writeOrders]}]
    people:
      - {id: 3, email: ada@acme.test, name: "Ada Ångström, 100 %"}
      - {id: 5, email: nora@north.test, name: Nora North}
    resellers:
      - id: 1
        name: North
        managers: [{person: nora@north.test, role: admin, api_token: the-manager-key-of-nora}]
        accounts:
          - {id: 1200, name: ACME, members: [{person: ada@acme.test, level: owner, roles: [clerk]}]}
          - {id: 1201, name: Other, members: [{person: ada@acme.test, level: owner}]}
    api_keys:
      - {name: ERP, key: the-key-of-the-erp, accounts: [1200, 1201]}
`

// rig is Doorward on two nodes with one store, and an application behind a gateway.
type rig struct {
	doorward    string // host and port of the node that gateways ask
	here, other *authority.Authority
	application *application
}

func newRig(t *testing.T) *rig {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	r := &rig{doorward: s.Listener.Addr().String(), application: newApplication(t)}
	dir := t.TempDir()
	c := config.Config{Store: config.Store{Data: dir, Keys: filepath.Join(dir, "keys")}, PublicURL: "http://" + r.doorward}
	first := open(t, c)
	node := server.New(first, c, slog.New(slog.DiscardHandler))
	r.here, r.other = server.NewAuthority(first, c), server.NewAuthority(open(t, c), c)
	parsed, err := directory.Read("directory.yaml", []byte(people))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.here.Apply(t.Context(), operator, parsed, authority.ApplyOptions{}); err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = node.Handler()
	s.Start()
	t.Cleanup(s.Close)
	return r
}

var operator = authority.CommandLine(authority.Origin{})

func open(t *testing.T, c config.Config) server.Opened {
	t.Helper()
	opened, err := server.Open(t.Context(), c.Store, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Store.Close() })
	return opened
}

// member is Ada, handed over by the ERP at account 1200 to an audience.
func (r *rig) member(t *testing.T, audienceKey string, audience authority.AudienceID) authority.RedeemedLoginToken {
	t.Helper()
	return r.handOver(t, "alephee", "the-key-of-the-erp", audienceKey, authority.MintRequest{Email: "ada@acme.test", Audience: audience})
}

// acting is Nora, who acts for Ada.
func (r *rig) acting(t *testing.T) authority.RedeemedLoginToken {
	t.Helper()
	return r.handOver(t, "activeplatform", "the-manager-key-of-nora", "key-of-the-orders", authority.MintRequest{AsOwner: true, Audience: 1})
}

func (r *rig) handOver(t *testing.T, dialect, key, audienceKey string, request authority.MintRequest) authority.RedeemedLoginToken {
	t.Helper()
	request.Account = tenant.Account(1200)
	minted, err := r.here.MintLoginToken(t.Context(), r.as(t, dialect, key), request)
	if err != nil {
		t.Fatal(err)
	}
	redeemed, err := r.here.RedeemLoginToken(t.Context(), r.as(t, "native", audienceKey), authority.RedeemRequest{Token: minted.Text})
	if err != nil {
		t.Fatal(err)
	}
	return redeemed
}

func (r *rig) as(t *testing.T, dialect, key string) authority.Actor {
	t.Helper()
	by, err := r.here.Authenticate(t.Context(), authority.Origin{Dialect: dialect}, authority.ByKey(secret.Of(key)))
	if err != nil {
		t.Fatal(err)
	}
	return by
}

// application is what is behind the gateway: it remembers the last request that it has seen.
type application struct {
	address string
	mu      sync.Mutex
	last    *seen
}

type seen struct {
	method, target string
	header         http.Header
	body           string // SHA-256
}

func newApplication(t *testing.T) *application {
	t.Helper()
	a := &application{}
	s := httptest.NewServer(a)
	t.Cleanup(s.Close)
	a.address = strings.TrimPrefix(s.URL, "http://")
	return a
}

// ServeHTTP remembers a request.
func (a *application) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.last = &seen{r.Method, r.RequestURI, r.Header.Clone(), sumOf(body)}
	a.mu.Unlock()
	w.Header().Set("X-Application", "seen")
}

// take returns what was seen since it was last asked, or nil.
func (a *application) take() *seen {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := a.last
	a.last = nil
	return last
}

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
