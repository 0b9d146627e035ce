package client

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	jwksPath     = "/oauth2/jwks"
	refetchEvery = 5 * time.Second // for kids that are not known, whoever presents them
	shortestAge  = 10 * time.Second
	longestAge   = time.Hour
	standardAge  = 5 * time.Minute
	keysMax      = 64
)

// keySet is the installation's public keys, by kid, as they were fetched last.
type keySet struct {
	client *Client
	now    func() time.Time
	bound  time.Duration // how long after their age the old keys serve when new ones cannot be had

	mu       sync.Mutex
	keys     map[string]publicKey
	freshTil time.Time
	triedAt  time.Time
	fetching chan struct{} // closed when the fetch under way is over
	err      error         // of the last fetch
}

// key returns a key by its kid. An unknown kid makes it look again, at most once per refetchEvery.
func (s *keySet) key(ctx context.Context, kid string) (publicKey, error) {
	s.mu.Lock()
	now := s.now()
	k, known := s.keys[kid]
	usable := s.keys != nil && now.Before(s.freshTil.Add(s.bound))
	fresh := s.keys != nil && now.Before(s.freshTil)
	due := s.triedAt.IsZero() || !now.Before(s.triedAt.Add(refetchEvery))
	var done chan struct{}
	if !fresh || !known {
		done = s.fetch(due)
	}
	s.mu.Unlock()
	if known && usable {
		return k, nil // one that is due to be fetched again serves meanwhile
	}
	if done != nil {
		select {
		case <-done:
		case <-ctx.Done():
			return publicKey{}, fmt.Errorf("%w: %w", ErrUndecided, ctx.Err())
		}
	}
	return s.found(kid)
}

// found says what is known of a kid after a fetch, or without one.
func (s *keySet) found(kid string) (publicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys == nil || !s.now().Before(s.freshTil.Add(s.bound)) {
		return publicKey{}, fmt.Errorf("%w: there are no keys to verify with: %w", ErrUndecided, s.err)
	}
	k, known := s.keys[kid]
	if !known {
		return publicKey{}, refuse(ReasonKey)
	}
	return k, nil
}

// fetch starts a fetch unless one is under way or none is due, and returns what is closed when it is over.
func (s *keySet) fetch(due bool) chan struct{} {
	if s.fetching != nil || !due {
		return s.fetching
	}
	done := make(chan struct{})
	s.fetching, s.triedAt = done, s.now()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), callBound)
		defer cancel()
		keys, age, err := s.get(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.err = err; err == nil {
			s.keys, s.freshTil = keys, s.now().Add(age)
		}
		s.fetching = nil
		close(done)
	}()
	return done
}

func (s *keySet) get(ctx context.Context) (map[string]publicKey, time.Duration, error) {
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	one, err := jsonCall(http.MethodGet, jwksPath, nil)
	if err != nil {
		return nil, 0, err
	}
	header, err := s.client.With("").do(ctx, one, &set) // open to anybody: no credential goes out
	if err != nil {
		return nil, 0, err
	}
	keys := map[string]publicKey{}
	for _, raw := range set.Keys[:min(len(set.Keys), keysMax)] {
		if kid, k, ok := parseJWK(raw); ok && kid != "" {
			keys[kid] = k // one of a kind that is not known here verifies nothing
		}
	}
	if len(keys) == 0 {
		return nil, 0, fmt.Errorf("doorward: %w: the JWKS has no key that can be used", errAnswer)
	}
	return keys, maxAge(header), nil
}

// maxAge returns how long an answer may be kept, within bounds of ours.
func maxAge(h http.Header) time.Duration {
	for _, directive := range strings.Split(h.Get("Cache-Control"), ",") {
		text, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(directive)), "max-age=")
		if seconds, err := strconv.ParseUint(text, 10, 31); ok && err == nil {
			age, _ := strconv.ParseUint(h.Get("Age"), 10, 31) // of a cache between (RFC 9111 §5.1)
			left := time.Duration(seconds)*time.Second - time.Duration(age)*time.Second
			return min(max(left, shortestAge), longestAge)
		}
	}
	return standardAge
}
