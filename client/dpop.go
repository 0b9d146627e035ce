package client

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	proofType  = "dpop+jwt"
	proofIDMax = 256
	replaysMax = 100_000
)

type proofClaims struct {
	ID              string  `json:"jti"`
	Method          string  `json:"htm"`
	URL             string  `json:"htu"`
	IssuedAt        float64 `json:"iat"`
	AccessTokenHash string  `json:"ath"`
}

// checkProof demands the proof of RFC 9449 §4.3 that who sends the request holds the key that its token is bound to.
func (v *Verifier) checkProof(r *http.Request, token, thumbprint string) error {
	given := r.Header.Values("DPoP")
	if len(given) != 1 {
		return refuse(ReasonProof)
	}
	c, err := parseCompact(given[0])
	if err != nil {
		return &Refused{Reason: ReasonProof, Cause: err}
	}
	_, key, ok := parseJWK(c.header.Key)
	if c.header.Type != proofType || !ok {
		return refuse(ReasonProof)
	}
	if err := c.signedBy(key); err != nil {
		return &Refused{Reason: ReasonProof, Cause: err}
	}
	print, err := key.thumbprint()
	if err != nil || print != thumbprint {
		return refuse(ReasonProof)
	}
	var claims proofClaims
	if json.Unmarshal(c.payload, &claims) != nil {
		return refuse(ReasonProof)
	}
	return v.judgeProof(r, claims, token, print)
}

func (v *Verifier) judgeProof(r *http.Request, c proofClaims, token, thumbprint string) error {
	if v.options.PublicURL == "" {
		// A Host header is whatever the sender likes: by it a proof made for another server would fit here.
		return fmt.Errorf("%w: proofs of possession cannot be checked without PublicURL", ErrUndecided)
	}
	sum := sha256.Sum256([]byte(token))
	now, issued := v.options.Now(), time.Unix(int64(min(max(c.IssuedAt, 0), 1<<40)), 0)
	claimed, ok := proofURL(c.URL)
	actual, _ := proofURL(strings.TrimSuffix(v.options.PublicURL, "/") + r.URL.EscapedPath())
	switch {
	case c.ID == "" || len(c.ID) > proofIDMax || c.Method != r.Method || !ok || claimed != actual:
		return refuse(ReasonProof)
	case c.AccessTokenHash != base64.RawURLEncoding.EncodeToString(sum[:]):
		return refuse(ReasonProof)
	case issued.Before(now.Add(-v.options.ProofWindow)) || issued.After(now.Add(v.options.Leeway)):
		return refuse(ReasonProof)
	}
	return v.replays.spend(keyOf(thumbprint+"\x00"+c.ID), issued.Add(v.options.ProofWindow))
}

// proofURL returns what of a URL a proof is bound to, normalised as RFC 3986 §6.2.2 and §6.2.3 have it.
func proofURL(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	default:
		return "", false
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return u.Scheme + "://" + host + path, true
}

// replays remembers proofs until they are too old anyway.
type replays struct {
	now func() time.Time

	mu    sync.Mutex
	seen  map[tokenKey]time.Time
	swept time.Time
}

func newReplays(now func() time.Time) *replays {
	return &replays{now: now, seen: map[tokenKey]time.Time{}}
}

// spend notes a proof. One that was noted is refused; when there is no room, none is taken rather than one forgotten.
func (p *replays) spend(key tokenKey, until time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if len(p.seen) >= replaysMax || now.Sub(p.swept) > proofWindow {
		p.swept = now
		for k, end := range p.seen {
			if now.After(end) {
				delete(p.seen, k)
			}
		}
	}
	if _, repeated := p.seen[key]; repeated {
		return refuse(ReasonRepeated)
	}
	if len(p.seen) >= replaysMax {
		return fmt.Errorf("%w: too many proofs of possession at once", ErrUndecided)
	}
	p.seen[key] = until
	return nil
}
