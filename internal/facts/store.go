package facts

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Bound is for how long after the feed was last heard from facts are taken from memory: with the time that a reading
// takes, what ends elsewhere counts here within a second (promise G5).
const Bound = 600 * time.Millisecond

// forgetAfter is for how long the feed may not be heard before everything is forgotten: what it said meanwhile may have
// been swept from it, which is far later.
const forgetAfter = time.Hour

// Options bound what is remembered; the zero value of a field is its default.
type Options struct {
	Sessions   int // 1,000,000
	Principals int // with a credential each, and what else they depend on; 200,000
}

// atHand is how many values of each kind are kept put together, beside the packed rows that they are made of.
const atHand = 4096

// Store remembers the facts of another one.
type Store struct {
	authority.Store
	most    Options
	changes *changes

	sessions *sessions
	rows     *rows

	// What is at hand.
	credentials kept[authority.CredentialID, *credential]
	standings   kept[grant.PrincipalID, *standing]
	tenants     kept[tenant.ID, *shared]
	lineages    kept[tenant.ID, *lineage]
	places      kept[string, *place] // by the tenants that somebody is granted something at

	// Of these there are so few that they are not packed.
	audiences kept[authority.AudienceID, *audience]
	roles     kept[grant.RoleID, *role]

	reading singleflight.Group // of sessions

	mu    sync.Mutex
	seen  authority.FeedSeen
	heard time.Time // this machine's, monotonic; zero: never
	said  time.Time // when a fact was changed here last; zero: never
}

var _ authority.Store = (*Store)(nil)

// Remember returns a store that remembers the facts of another. It does so from when it first hears of the feed: see Hear.
func Remember(of authority.Store, o Options) *Store {
	if o.Sessions == 0 {
		o.Sessions = 1_000_000
	}
	if o.Principals == 0 {
		o.Principals = 200_000
	}
	s := &Store{Store: of, most: o, rows: keepRows(o.Principals)}
	s.sessions = keepSessions(o.Sessions, atHand, s.rows, func() time.Time { return s.Now() })
	s.changes = newChanges(s)
	s.credentials = keepOffered[authority.CredentialID, *credential](atHand, s.changes)
	s.standings = keepOffered[grant.PrincipalID, *standing](atHand, s.changes)
	s.tenants = keep[tenant.ID, *shared](atHand, s.changes)
	s.lineages = keep[tenant.ID, *lineage](atHand, s.changes)
	s.places = keep[string, *place](atHand, s.changes)
	s.audiences = keep[authority.AudienceID, *audience](atHand, s.changes)
	s.roles = keep[grant.RoleID, *role](atHand, s.changes)
	return s
}

// forget forgets what is packed of a fact.
func (s *Store) forget(one changed) {
	if one.session.IsZero() {
		s.rows.forget(one.fact)
	} else {
		s.sessions.forget(one.session)
	}
}

func (s *Store) forgetAll() {
	s.sessions.forgetAll()
	s.rows.forgetAll()
}

// Hear is told what the node has seen of the feed; it is for Authority.SubscribeFeed.
func (s *Store) Hear(r authority.FeedReading) {
	s.hear(r.Entries, r.Reset)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !r.Began.IsZero() {
		if !s.heard.IsZero() && between(s.heard, r.Began) > forgetAfter {
			s.changes.reset()
		}
		s.heard = r.Began
	}
	s.seen = r.Seen // after what it says has been taken in
}

func (s *Store) hear(entries []authority.FeedEntry, reset bool) {
	all := make([]changed, len(entries))
	for i, e := range entries {
		all[i] = changedOf(e.Kind, e.Key)
		reset = reset || e.Kind == authority.FeedEverything
	}
	if reset {
		s.changes.reset()
	}
	s.changes.mark(all...)
}

// listening returns how far the feed has been seen, and whether that was not too long ago to answer from memory.
func (s *Store) listening() (seen authority.FeedSeen, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen, !s.heard.IsZero() && between(s.heard, time.Now()) < Bound
}

// between returns the time from one moment to another by the clock that says more: one stands still while the machine
// sleeps, the other may be set back.
func between(from, to time.Time) time.Duration {
	return max(to.Sub(from), to.Round(0).Sub(from.Round(0)))
}

// Recall runs read against what is remembered; it fails at once while the feed has not been heard.
func (s *Store) Recall(ctx context.Context, read func(ctx context.Context, f authority.Facts) error) error {
	if _, ok := s.listening(); !ok {
		return authority.ErrNotRemembered
	}
	return read(ctx, recalled{s})
}

// View runs read against the other store, and remembers what is read.
func (s *Store) View(ctx context.Context, read func(ctx context.Context, v authority.View) error) error {
	return s.Store.View(ctx, func(ctx context.Context, v authority.View) error { return read(ctx, learning{v, s}) })
}

// Close forgets everything and closes the other store.
func (s *Store) Close() error {
	s.forgetAll() // which gives its memory back, as no garbage collector does
	return s.Store.Close()
}

// lookups are the fingerprints that a credential is looked up by, in their order, as a name.
func lookups(by []secret.Fingerprint) []byte {
	all := append(make([]byte, 0, 1+len(by)*len(secret.Fingerprint{})), nameOfKey)
	for _, one := range by {
		all = append(all, one[:]...)
	}
	return all
}
