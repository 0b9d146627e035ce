package client_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/server"
)

const (
	issuer         = "http://doorward.test"
	portalResource = issuer + "/audiences/1"
	portalKey      = "demo-b2b-portal-redeem-key"
	portalClient   = "service:audience/1"
	erpKey         = "6F9619FF-8B86-D011-B42D-00C04FC964FF"
)

// node is a real server on a store, as doorward serve runs it.
type node struct {
	url       string
	authority *authority.Authority // for what an operator does at the command line
	stop      func()
}

// startNode serves until the test ends or stop is called. store are the flags that say where the store is.
func startNode(t *testing.T, data string, apply bool, store ...string) node {
	t.Helper()
	var whole config.Config
	parser, err := kong.New(&whole)
	if err != nil {
		t.Fatal(err)
	}
	flags := append([]string{"--listen", "127.0.0.1:0", "--public-url", issuer, "--alephee-rate", "6000/min", "--keys", filepath.Join(data, "keys")}, store...)
	if _, err := parser.Parse(flags); err != nil {
		t.Fatal(err)
	}
	if err := whole.Check(); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	opened, err := server.Open(t.Context(), whole.Store, log)
	if err != nil {
		t.Fatal(err)
	}
	shell := server.NewAuthority(opened, whole)
	if apply {
		applyDirectory(t, shell)
	}
	listener, err := net.Listen("tcp", whole.Listen)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- server.New(opened, whole, log).Serve(ctx, listener, nil) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := opened.Store.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return node{url: "http://" + listener.Addr().String(), authority: shell, stop: stop}
}

// applyDirectory applies the demo directory without its passwords, which are slow to hash, and its limits, which tests are over soon.
func applyDirectory(t *testing.T, a *authority.Authority) {
	t.Helper()
	d, err := directory.Read("directory.yaml", regexp.MustCompile(`(?m)^ *(password|limits): .*\n`).ReplaceAll(demo.Directory, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Apply(t.Context(), commandLine, d, authority.ApplyOptions{}); err != nil {
		t.Fatal(err)
	}
}

var commandLine = authority.CommandLine(authority.Origin{Dialect: "command-line"})

// portal returns a client of the node with the portal's credential.
func (n node) portal(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(n.url, client.Options{Credential: portalKey, ClientID: portalClient})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verifier returns one of the portal's audience that follows this node.
func (n node) verifier(t *testing.T, edit func(*client.VerifierOptions)) *client.Verifier {
	t.Helper()
	o := client.VerifierOptions{Issuer: issuer, Log: quiet.Log}
	if edit != nil {
		edit(&o)
	}
	v, err := client.NewVerifier(n.portal(t), portalResource, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	if err := v.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v
}

// signIn hands ACME's buyer over to the portal, as an integrator's program and the portal's back end do.
func (n node) signIn(t *testing.T) client.Redeemed {
	t.Helper()
	answer, err := http.Get(n.url + "/v2/accounts/1200/logintoken?API_KEY=" + erpKey + "&userEmail=buyer@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var minted struct{ Token string }
	if err := json.NewDecoder(answer.Body).Decode(&minted); err != nil || minted.Token == "" {
		t.Fatalf("%d: %v", answer.StatusCode, err)
	}
	redeemed, err := n.portal(t).RedeemLoginToken(t.Context(), client.Redemption{LoginToken: minted.Token})
	if err != nil {
		t.Fatal(err)
	}
	return redeemed
}

// access exchanges a session for an access token for the portal's audience.
func (n node) access(t *testing.T, session string) string {
	t.Helper()
	issued, err := n.portal(t).Exchange(t.Context(), session, client.AccessTokenRequest{Resource: portalResource})
	if err != nil {
		t.Fatal(err)
	}
	return issued.Token
}
