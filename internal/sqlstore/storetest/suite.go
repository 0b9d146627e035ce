package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// Subject is an empty store and the clock that it was given, set by hand.
type Subject struct {
	Store authority.Store
	Clock Clock
}

// Clock is a clock set by hand.
type Clock interface {
	Now() time.Time
	Advance(d time.Duration)
}

// Case is one promise of a store.
type Case struct {
	Name string
	Run  func(t testing.TB, s Subject)
}

// Cases are all promises.
func Cases() []Case {
	var all []Case
	for _, cases := range [][]Case{
		changeCases, redeemCases, slotCases, sessionCases, credentialCases, directoryCases, memberCases, listingCases, recordCases, feedCases, contentsCases,
		sessionListCases, eventListCases, overviewCases, directoryListCases, signingKeyCases, repeatCases, sweepCases,
	} {
		all = append(all, cases...)
	}
	return all
}

// Run runs every case on a store of its own.
func Run(t *testing.T, open func(t testing.TB) Subject) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) { c.Run(t, open(t)) })
	}
}

func (s Subject) change(t testing.TB, change func(tx authority.Tx)) {
	t.Helper()
	err := s.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		change(tx)
		return nil
	})
	if err != nil {
		t.Fatalf("change: %v", err)
	}
}

func (s Subject) view(t testing.TB, read func(ctx context.Context, v authority.View) error) {
	t.Helper()
	if err := s.Store.View(t.Context(), read); err != nil {
		t.Fatalf("view: %v", err)
	}
}
