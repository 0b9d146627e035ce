package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

var signingKeyCases = []Case{
	{"signing keys come back as they were put, in the order they were made", func(t testing.TB, s Subject) {
		now := s.Store.Now()
		first := authority.SigningKey{
			ID: authority.SigningKeyID{1}, Algorithm: secret.ES256, PublicKey: []byte{1, 2}, Sealed: []byte{3, 4}, CreatedAt: now, SignsAt: now,
		}
		second := first
		second.ID, second.Algorithm, second.SignsAt = authority.SigningKeyID{2}, secret.EdDSA, now.Add(time.Hour)
		s.change(t, func(tx authority.Tx) {
			tx.PutSigningKey(second)
			tx.PutSigningKey(first)
		})
		first.RetiredAt, first.KilledAt = now.Add(time.Minute), now.Add(2*time.Minute)
		changed := first
		changed.PublicKey, changed.Sealed, changed.Algorithm = []byte{9}, []byte{9}, secret.RS256 // what a key is never changes
		s.change(t, func(tx authority.Tx) { tx.PutSigningKey(changed) })
		s.view(t, func(ctx context.Context, v authority.View) error {
			keys, err := v.SigningKeys(ctx)
			if diff := cmp.Diff([]authority.SigningKey{first, second}, keys); diff != "" {
				t.Error(diff)
			}
			return err
		})
	}},
	{"what may be presented once is spent once, by one of many, and not by a change that failed", func(t testing.TB, s Subject) {
		once := authority.Once{ID: secret.Fingerprint{7}, ExpiresAt: s.Store.Now().Add(time.Minute)}
		_ = s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
			if ok, err := tx.SpendOnce(ctx, once); !ok || err != nil {
				t.Errorf("a fresh one: %t, %v", ok, err)
			}
			return errRefused
		})
		var spent atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				won := false
				err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) (err error) {
					won, err = tx.SpendOnce(ctx, once)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if won {
					spent.Add(1)
				}
			})
		}
		all.Wait()
		if spent.Load() != 1 {
			t.Errorf("spent %d times", spent.Load())
		}
	}},
	{"what was presented is forgotten when it has expired, and not before", func(t testing.TB, s Subject) {
		now := s.Store.Now()
		spend := func(n byte) (ok bool) {
			s.changeWith(t, func(ctx context.Context, tx authority.Tx) (err error) {
				ok, err = tx.SpendOnce(ctx, authority.Once{ID: secret.Fingerprint{n}, ExpiresAt: now.Add(time.Duration(n) * time.Minute)})
				return err
			})
			return ok
		}
		sweep := func(at time.Time, limit int) (n int) {
			s.changeWith(t, func(ctx context.Context, tx authority.Tx) (err error) {
				n, err = tx.SweepOnce(ctx, at, limit)
				return err
			})
			return n
		}
		for n := byte(1); n <= 4; n++ {
			spend(n)
		}
		if a, b, c := sweep(now.Add(3*time.Minute), 1), sweep(now.Add(3*time.Minute), 9), sweep(now.Add(3*time.Minute), 9); a != 1 || b != 1 || c != 0 {
			t.Errorf("forgotten: %d, %d, %d", a, b, c)
		}
		if spend(3) || spend(4) || !spend(1) {
			t.Error("what has not expired is forgotten, or what has is not")
		}
	}},
}
