package client

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options are a client's choices; the zero value calls without a credential and works for what is open to anybody.
type Options struct {
	// Credential is sent as a bearer: an API key, an audience's credential, a session or an access token.
	Credential string
	// ClientID names the credential where OAuth wants a client_id beside it: the credential's ID, or its principal, which
	// stays the same when it is rotated; of an audience's credential "service:audience/1".
	ClientID string
	// Key and Secret are a key pair, sent as HTTP Basic instead of Credential.
	Key, Secret string
	// Token returns an access token for each call instead; wrap an oauth2.TokenSource in it.
	Token func(ctx context.Context) (string, error)

	HTTPClient *http.Client  // nil: one with a pool of its own and 30 s for a call; its redirects are never followed
	Tries      int           // how often a call that is safe to repeat is tried; 0: 3
	MaxWait    time.Duration // the longest Retry-After that is waited for; 0: 10 s
}

// Client calls one Doorward installation. It may be used by many goroutines at once.
type Client struct {
	base    *url.URL
	options Options
	http    *http.Client
	stream  *http.Client // without a bound on the whole answer
	wait    func(ctx context.Context, d time.Duration) error
}

const (
	callBound = 30 * time.Second
	tries     = 3
	maxWait   = 10 * time.Second
	oauthPath = "/oauth2/"
)

// New returns a client of the installation at baseURL, which is its public URL and the issuer of its tokens.
func New(baseURL string, o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(baseURL, "/"))
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("doorward: %q is not the URL of an installation", baseURL)
	}
	if o.Tries <= 0 {
		o.Tries = tries
	}
	if o.MaxWait <= 0 {
		o.MaxWait = maxWait
	}
	c := &Client{base: base, options: o, wait: pause}
	c.http = withoutRedirects(o.HTTPClient)
	stream := *c.http
	stream.Timeout = 0
	c.stream = &stream
	return c, nil
}

// withoutRedirects copies an HTTP client: an answer of Doorward never redirects, and a credential follows nobody.
func withoutRedirects(given *http.Client) *http.Client {
	own := http.Client{Timeout: callBound, Transport: transport()}
	if given != nil {
		own = *given
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

func transport() http.RoundTripper {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 5 * time.Second, IdleConnTimeout: 90 * time.Second,
		MaxIdleConnsPerHost: 32, ResponseHeaderTimeout: callBound,
	}
}

// URL returns the installation's URL as it was given, without a slash at the end.
func (c *Client) URL() string { return c.base.String() }

// With returns a client of the same installation that presents another bearer credential.
func (c *Client) With(credential string) *Client {
	other := *c
	other.options.Credential, other.options.ClientID, other.options.Key, other.options.Secret, other.options.Token = credential, "", "", "", nil
	return &other
}

// asks reports whether the client can say who it is where OAuth wants a client_id.
func (c *Client) asks() bool {
	return c.options.Key != "" || c.options.ClientID != "" && c.options.Credential != ""
}

// authorize sets the header that says who calls.
func (c *Client) authorize(r *http.Request) error {
	credential := c.options.Credential
	oauth := strings.HasPrefix(r.URL.Path, c.base.Path+oauthPath)
	switch {
	case c.options.Token != nil:
		token, err := c.options.Token(r.Context())
		if err != nil {
			return fmt.Errorf("doorward: get an access token to call with: %w", err)
		}
		credential = token
	case oauth && c.options.ClientID != "" && c.options.Key == "":
		r.SetBasicAuth(url.QueryEscape(c.options.ClientID), url.QueryEscape(credential)) // RFC 6749 §2.3.1
		return nil
	case oauth && c.options.Key != "":
		r.SetBasicAuth(url.QueryEscape(c.options.Key), url.QueryEscape(c.options.Secret))
		return nil
	case c.options.Key != "":
		r.SetBasicAuth(c.options.Key, c.options.Secret)
		return nil
	}
	if credential != "" {
		r.Header.Set("Authorization", "Bearer "+credential)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
