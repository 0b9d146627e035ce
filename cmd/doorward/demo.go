package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/server"
)

type demoCommand struct {
	Listen       string `placeholder:"HOST:PORT" default:"127.0.0.1:8080" help:"Address to listen on (default: 127.0.0.1:8080)."`
	PortalListen string `placeholder:"HOST:PORT" default:"127.0.0.1:8081" help:"Address of the example portal (default: 127.0.0.1:8081)."`

	Data string `placeholder:"DIR" help:"Directory of the demo's store (default: a temporary one, removed at the end)."`
}

// Help is shown by doorward demo --help.
func (demoCommand) Help() string {
	return `Runs a server on an embedded store with invented tenants, people and keys, with an example portal beside it, and
prints requests for every dialect that can be pasted into a shell. Nothing in it is secret; do not put it on a network.

Example:
  doorward demo --listen 127.0.0.1:9090`
}

// Run applies the demo directory and serves it.
func (c *demoCommand) Run(ctx context.Context, log *slog.Logger) (err error) {
	opening := log
	if c.Data == "" {
		opening = slog.New(slog.DiscardHandler) // it tells to back up what goes at the end
		if c.Data, err = os.MkdirTemp("", "doorward-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.Data)) }()
	}
	whole, err := defaults(c.Data, c.Listen)
	if err != nil {
		return err
	}
	opened, err := server.Open(ctx, whole.Store, opening)
	if err != nil {
		return err
	}
	return errors.Join(c.serve(ctx, log, opened, whole), opened.Store.Close())
}

func (c *demoCommand) serve(ctx context.Context, log *slog.Logger, opened server.Opened, whole config.Config) error {
	listener, err := listen(ctx, &whole)
	if err != nil {
		return err
	}
	beside, err := listenPortal(ctx, c.PortalListen)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := applyDemo(ctx, opened, whole, beside.url); err != nil {
		return errors.Join(err, listener.Close(), beside.listener.Close())
	}
	printRequests(os.Stdout, whole.PublicURL, beside.url) // what is pasted from now on waits in the listeners
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		defer stop() // one does not go on without the other
		ended <- beside.serve(ctx, log, whole.PublicURL)
	}()
	err = server.New(opened, whole, log).Serve(ctx, listener, nil)
	stop()
	return errors.Join(err, <-ended)
}

// defaults is the configuration of a server that was given nothing but where its data is and where to listen.
func defaults(data, listen string) (config.Config, error) {
	var whole config.Config
	parser, err := kong.New(&whole)
	if err != nil {
		return whole, err
	}
	if _, err := parser.Parse([]string{"--data", data, "--listen", listen, "--keys", filepath.Join(data, "keys")}); err != nil {
		return whole, err
	}
	return whole, whole.Check()
}

// applyDemo applies the demo directory, with its portal where the example portal really is.
func applyDemo(ctx context.Context, opened server.Opened, whole config.Config, portalURL string) error {
	text := bytes.ReplaceAll(demo.Directory, []byte("http://acme.localhost:8080"), []byte(portalURL))
	d, err := directory.Read("demo/directory.yaml", text)
	if err != nil {
		return err
	}
	_, err = server.NewAuthority(opened, whole).Apply(ctx, authority.CommandLine(authority.Origin{Dialect: "command-line"}), d, authority.ApplyOptions{})
	return err
}

// printRequests prints what to paste. The keys are those of the demo directory, which are nobody's.
func printRequests(out io.Writer, url, portalURL string) {
	fmt.Fprint(out, strings.NewReplacer("PORTAL", portalURL, "URL", url).Replace(demoRequests))
}

const demoRequests = `
# Doorward serves the demo directory at URL, and an example portal is beside it at PORTAL.
# Paste these into another shell, from top to bottom; Ctrl-C ends both. URL/docs shows all that there is, to read and to try.

# Alephee: an API key hands a user over to the account's portal. Open the Url it answers in a browser within 30 s:
# the portal's page has a button, which signs in; nothing else does.
curl -s 'URL/v2/accounts/1200/logintoken?API_KEY=6F9619FF-8B86-D011-B42D-00C04FC964FF&userEmail=buyer@acme.test'; echo

# The accounts that the key is for.
curl -s 'URL/v2/accounts?API_KEY=6F9619FF-8B86-D011-B42D-00C04FC964FF'; echo

# A portal's back end redeems such a token itself, once; the second time it is refused.
LOGIN_TOKEN=$(curl -s 'URL/v2/accounts/1200/logintoken?API_KEY=6F9619FF-8B86-D011-B42D-00C04FC964FF&userEmail=buyer@acme.test' | sed 's/.*"Token":"\([^"]*\)".*/\1/')
curl -s URL/v1/login-tokens/redeem -H 'Authorization: Bearer demo-b2b-portal-redeem-key' \
  -H 'Content-Type: application/json' -d "{\"login_token\": \"$LOGIN_TOKEN\"}"; echo

# PulseCRM: a key and its secret, or e-mail and password, for a session.
curl -s URL/auth/login -H 'Content-Type: application/json' \
  -d '{"apiKey": "apiKey-3f9a1c2b7d4e", "apiSecret": "demo-secret-0123456789abcdef"}'; echo
TOKEN=$(curl -s URL/auth/login -d '{"email": "owner@acme.test", "password": "correct-horse-battery-staple"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
curl -s URL/auth/session -H "Authorization: Bearer $TOKEN"; echo

# ActivePlatform: a manager's token for the account owner's one-time token, and the link to open in a browser.
curl -s 'URL/api/v3/resellers/1/user_authentication/token?account_id=505' -H 'X-Api-Token: vY5fwetestK3gJXZH5uHCw'; echo
echo "URL/?user_email=example%40activeplatform.com&user_token=$(curl -s 'URL/api/v3/resellers/1/user_authentication/token?account_id=505' -H 'X-Api-Token: vY5fwetestK3gJXZH5uHCw' | sed 's/.*"owner_token":"\([^"]*\)".*/\1/')"

# CRM.COM: user name and password within an organisation, and who that is.
curl -s URL/crmapi/rest/v2/authentication/token \
  -d '{"username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO"}'; echo
CRM_TOKEN=$(curl -s URL/crmapi/rest/v2/authentication/token -d '{"username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
curl -s "URL/crmapi/rest/v2/authentication/token?token=$CRM_TOKEN"; echo

# A program's key, as the user name of HTTP Basic.
curl -s -X POST -u C0FFEE00C0FFEE00C0FFEE00C0FFEE00: URL/crmapi/rest/v2/authentication/web_api_key/token; echo

# The standards: a client's access token for an audience, and what it is. The same key opened the PulseCRM session above.
ACCESS=$(curl -s URL/oauth2/token -u apiKey-3f9a1c2b7d4e:demo-secret-0123456789abcdef -d grant_type=client_credentials \
  -d scope=readApplications -d resource=https://orders.demo.test/ | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -s URL/oauth2/introspect -u apiKey-3f9a1c2b7d4e:demo-secret-0123456789abcdef -d token=$ACCESS; echo

# A session in exchange for a JWT that the Web API can check by itself; the keys for that are at URL/oauth2/jwks.
JWT=$(curl -s URL/oauth2/token -u apiKey-3f9a1c2b7d4e:demo-secret-0123456789abcdef \
  -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token=$TOKEN -d subject_token_type=urn:doorward:token-type:session \
  -d resource=URL/audiences/2 | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -s URL/oauth2/introspect -d client_id=service:audience/2 -d client_secret=demo-webapi-back-end-key -d token=$JWT; echo
curl -s URL/oauth2/revoke -u apiKey-3f9a1c2b7d4e:demo-secret-0123456789abcdef -d token=$JWT
curl -s URL/oauth2/introspect -d client_id=service:audience/2 -d client_secret=demo-webapi-back-end-key -d token=$JWT; echo

# Our own API: any module reads a session, of whichever dialect.
curl -s URL/v1/session -H "Authorization: Bearer $CRM_TOKEN"; echo

`
