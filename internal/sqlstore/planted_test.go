package sqlstore_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore/storetest"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// planted is a store with a bug, and the case that must catch it.
type planted struct {
	bug      string
	caughtBy string
	plant    func(s authority.Store) authority.Store
}

// plantedBugs are the mistakes that a third engine could make.
var plantedBugs = []planted{
	{"redeems by reading, then writing", "of many that redeem one token at once, one does", func(s authority.Store) authority.Store { return earlyReader{s} }},
	{"forgets that a token was spent", "a token is redeemed once, one try after the other", inRedeem(func(ctx context.Context, b buggyTx, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
		facts, ok, err := b.Tx.RedeemLoginToken(ctx, r)
		return facts, ok || !facts.LoginToken.RedeemedAt.IsZero(), err
	})},
	{"forgets the lifetime", "a token is not redeemed at its end", inRedeem(func(ctx context.Context, b buggyTx, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
		facts, ok, err := b.Tx.RedeemLoginToken(ctx, r)
		return facts, ok || facts.LoginToken.RedeemedAt.IsZero() && !b.store.Now().Before(facts.LoginToken.ExpiresAt), err
	})},
	{"forgets the audience", "a token is not redeemed for another audience", inRedeem(withFacts(func(f authority.LoginTokenFacts, r *authority.Redemption) { r.Audience = f.LoginToken.Audience }))},
	{"forgets the fingerprint", "a token is not redeemed with another fingerprint", inRedeem(withFacts(func(f authority.LoginTokenFacts, r *authority.Redemption) { r.Fingerprint = f.LoginToken.Fingerprint }))},
	{"forgets the e-mail", "a token is not redeemed for another e-mail", inRedeem(withFacts(func(_ authority.LoginTokenFacts, r *authority.Redemption) { r.CanonicalEmail = "" }))},
	{"forgets the fence", "a token minted before the fence was raised is not redeemed", inTx(func(b *buggyTx) { b.noFence = true })},
	{"spends validation tokens", "a validation token is never redeemed", inTx(func(b *buggyTx) { b.spendReusable = true })},
	{"forgets the slot", "a new token takes the place of the unspent one in its slot", inTx(func(b *buggyTx) { b.noSlot = true })},
	{"writes events beside the change", "a failed change leaves nothing of it", inTx(func(b *buggyTx) { b.eventsApart = true })},
	{"loses events", "an event comes back as it was appended", inTx(func(b *buggyTx) { b.noEvents = true })},
	{"reads outside the change", "a change reads what it has written", inTx(func(b *buggyTx) { b.readApart = true })},
	{"closes a session that is closed", "of many that close one session at once, one does", inTx(func(b *buggyTx) { b.closeTwice = true })},
	{"replaces whatever hash is stored", "a password hash is replaced only while it is still the one it was", inTx(func(b *buggyTx) { b.anyHash = true })},
	{"lets the feed out before the commit", "the feed has what was published, in order, and nothing of a failed change", inTx(func(b *buggyTx) { b.feedApart = true })},
	{"forgets what descends from a session", "what descends from a session is counted with it, and the login tokens nobody spent", inView(func(v *buggyView) { v.childless = true })},
	{"looks no higher than the parent", "a session's facts have all that is above it, the clients of these, and the audience", inView(func(v *buggyView) { v.nearest = true })},
	{"lists what is closed", "sessions are listed by what a filter selects, the highest ID first", inView(func(v *buggyView) { v.undead = true })},
	{"leaves one out between two pages", "sessions are listed page by page", inView(func(v *buggyView) { v.gaps = true })},
	{"forgets the subtree", "events are listed by what a filter selects", inView(func(v *buggyView) { v.everywhere = true })},
	{"closes all when asked for some", "of many sessions those that are open are closed", inTx(func(b *buggyTx) { b.closeTwice = true })},
	{"acknowledges before the commit", "a change is there for every view after it", func(s authority.Store) authority.Store { return &eager{Store: s} }},
	{"commits what failed", "a failed change leaves nothing of it", func(s authority.Store) authority.Store { return committer{s} }},
	{"takes the neighbours of a failed change down", "a failed change takes no other with it", func(s authority.Store) authority.Store { return &contagious{Store: s} }},
	{"takes whoever was ever granted something for a member", "members are the active people with an active level", func(s authority.Store) authority.Store { return hospitable{s} }},
	{"ignores that the caller has gone", "a change whose caller has gone does not happen", func(s authority.Store) authority.Store { return deaf{s} }},
}

func TestTheSuiteCatchesEveryPlantedBug(t *testing.T) {
	for _, engine := range testenv.Engines {
		for _, p := range slices.Concat(plantedBugs, plantedListingBugs, plantedDirectoryBugs, plantedRepeatBugs, plantedSweepBugs) {
			t.Run(engine+"/"+p.bug, func(t *testing.T) {
				i := slices.IndexFunc(storetest.Cases(), func(c storetest.Case) bool { return c.Name == p.caughtBy })
				if i < 0 {
					t.Fatalf("there is no case %q", p.caughtBy)
				}
				s := subject(t, engine)
				s.Store = p.plant(s.Store)
				complaint, caught := fails(t, func(t testing.TB) { storetest.Cases()[i].Run(t, s) })
				if !caught {
					t.Fatalf("a store that %s passes %q", p.bug, p.caughtBy)
				}
				t.Logf("caught by %q: %s", p.caughtBy, complaint)
			})
		}
	}
}

// fails runs a case and reports whether it failed, without failing the test around it.
func fails(t testing.TB, run func(t testing.TB)) (complaint string, caught bool) {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v", p)
			}
		}()
		run(r)
	}()
	<-done
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.complaints, "; "), len(r.complaints) > 0
}

// recorder is a testing.TB that keeps failures to itself.
type recorder struct {
	testing.TB
	mu         sync.Mutex
	complaints []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.complaints = append(r.complaints, fmt.Sprintf(format, args...))
}

func (r *recorder) Error(args ...any) { r.Errorf("%s", fmt.Sprint(args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// buggyTx is a Tx with some of its methods broken.
type buggyTx struct {
	authority.Tx
	store                                                                                                      authority.Store
	redeem                                                                                                     redeemFunc
	noFence, spendReusable, noSlot, eventsApart, noEvents, readApart, closeTwice, feedApart, anyHash, dropsAll bool
}

type redeemFunc func(ctx context.Context, b buggyTx, r authority.Redemption) (authority.LoginTokenFacts, bool, error)

type buggyStore struct {
	authority.Store
	spoil func(b *buggyTx)
}

func (s buggyStore) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	return s.Store.Change(ctx, func(ctx context.Context, tx authority.Tx) error {
		b := buggyTx{Tx: tx, store: s.Store}
		s.spoil(&b)
		return change(ctx, b)
	})
}

func inTx(spoil func(b *buggyTx)) func(s authority.Store) authority.Store {
	return func(s authority.Store) authority.Store { return buggyStore{s, spoil} }
}

func inRedeem(redeem redeemFunc) func(s authority.Store) authority.Store {
	return inTx(func(b *buggyTx) { b.redeem = redeem })
}

func withFacts(change func(f authority.LoginTokenFacts, r *authority.Redemption)) redeemFunc {
	return func(ctx context.Context, b buggyTx, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
		facts, err := b.Tx.LoginTokenFacts(ctx, r.Token)
		if err != nil {
			return facts, false, err
		}
		change(facts, &r)
		return b.Tx.RedeemLoginToken(ctx, r)
	}
}

// earlyReader decides by what it has read before its transaction, as a cache in front of the store would.
type earlyReader struct{ authority.Store }

func (s earlyReader) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	r, ok := redemptionIn(ctx, change)
	if !ok {
		return s.Store.Change(ctx, change)
	}
	var facts authority.LoginTokenFacts
	err := s.Store.View(ctx, func(ctx context.Context, v authority.View) (err error) {
		facts, err = v.LoginTokenFacts(ctx, r.Token)
		return err
	})
	if err != nil {
		return err
	}
	time.Sleep(5 * time.Millisecond) // lets the others read: the bug is planted, not waited for
	decided := inRedeem(func(ctx context.Context, b buggyTx, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
		_, _, err := b.Tx.RedeemLoginToken(ctx, r)
		return facts, facts.LoginToken.RedeemedAt.IsZero(), err
	})
	return decided(s.Store).Change(ctx, change)
}

// redemptionIn finds out what a change would redeem, without doing it.
func redemptionIn(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) (r authority.Redemption, ok bool) {
	probe := &probeTx{}
	defer func() {
		_ = recover() // it does something else first: there is no Tx behind the probe
		r, ok = probe.r, probe.asked
	}()
	_ = change(ctx, probe)
	return
}

type probeTx struct {
	authority.Tx
	r     authority.Redemption
	asked bool
}

func (p *probeTx) RedeemLoginToken(_ context.Context, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
	p.r, p.asked = r, true
	return authority.LoginTokenFacts{}, false, fault.New(fault.Internal, "probe", "")
}

func (b buggyTx) RedeemLoginToken(ctx context.Context, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
	if b.redeem != nil {
		return b.redeem(ctx, b, r)
	}
	return b.Tx.RedeemLoginToken(ctx, r)
}

func (b buggyTx) RaiseFence() {
	if !b.noFence {
		b.Tx.RaiseFence()
	}
}

func (b buggyTx) PutLoginToken(l authority.LoginToken) {
	l.Reusable = l.Reusable && !b.spendReusable
	if b.noSlot {
		l.Slot = ""
	}
	b.Tx.PutLoginToken(l)
}

func (b buggyTx) Append(e audit.Event) {
	switch {
	case b.eventsApart:
		b.apart(func(tx authority.Tx) { tx.Append(e) })
	case !b.noEvents:
		b.Tx.Append(e)
	}
}

func (b buggyTx) Publish(kind authority.FeedKind, key string) {
	if b.feedApart {
		b.apart(func(tx authority.Tx) { tx.Publish(kind, key) })
		return
	}
	b.Tx.Publish(kind, key)
}

// apart makes a change of its own; it is waited for by whoever looks next, since changes are made in turn.
func (b buggyTx) apart(write func(tx authority.Tx)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.store.Change(context.Background(), func(_ context.Context, tx authority.Tx) error { write(tx); return nil })
	}()
	select {
	case <-done: // PostgreSQL makes it at once
	case <-time.After(20 * time.Millisecond): // SQLite makes it after this change
	}
}

func (b buggyTx) LoginTokenFacts(ctx context.Context, id authority.LoginTokenID) (facts authority.LoginTokenFacts, err error) {
	if !b.readApart {
		return b.Tx.LoginTokenFacts(ctx, id)
	}
	err = b.store.View(ctx, func(ctx context.Context, v authority.View) (err error) {
		facts, err = v.LoginTokenFacts(ctx, id)
		return err
	})
	return facts, err
}

func (b buggyTx) CloseSessions(ctx context.Context, ids []authority.SessionID, at time.Time) ([]authority.SessionID, error) {
	closed, err := b.Tx.CloseSessions(ctx, ids, at)
	if b.closeTwice {
		closed = ids
	}
	return closed, err
}

func (b buggyTx) ReplacePasswordHash(ctx context.Context, id authority.CredentialID, was, now secret.PasswordHash) (bool, error) {
	if b.anyHash {
		ids, err := b.PrincipalIDs(ctx, "", 100)
		if err != nil {
			return false, err
		}
		stored, err := b.CredentialsOf(ctx, ids)
		if err != nil {
			return false, err
		}
		if i := slices.IndexFunc(stored, func(c authority.Credential) bool { return c.ID == id }); i >= 0 {
			was = stored[i].PasswordHash
		}
	}
	return b.Tx.ReplacePasswordHash(ctx, id, was, now)
}

// eager acknowledges at once and commits with the next change.
type eager struct {
	authority.Store
	last func(ctx context.Context, tx authority.Tx) error
}

func (s *eager) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) (err error) {
	if s.last != nil {
		err = s.Store.Change(ctx, s.last)
	}
	s.last = change
	return err
}

// committer commits what its change wrote before it failed.
type committer struct{ authority.Store }

func (s committer) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	var failed error
	err := s.Store.Change(ctx, func(ctx context.Context, tx authority.Tx) error {
		failed = change(ctx, tx)
		return nil
	})
	if err == nil {
		err = failed
	}
	return err
}

// contagious fails a change that comes after one that failed, as a group that is rolled back and not replayed would.
type contagious struct {
	authority.Store
	mu     sync.Mutex
	failed bool
}

func (s *contagious) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed {
		s.failed = false
		return fault.New(fault.Unavailable, "rolled-back", "")
	}
	err := s.Store.Change(ctx, change)
	s.failed = err != nil
	return err
}

// deaf makes changes for callers that have gone.
type deaf struct{ authority.Store }

func (s deaf) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	return s.Store.Change(context.WithoutCancel(ctx), change)
}

// hospitable finds members by their grants alone.
type hospitable struct{ authority.Store }

func (s hospitable) View(ctx context.Context, read func(ctx context.Context, v authority.View) error) error {
	return s.Store.View(ctx, func(ctx context.Context, v authority.View) error { return read(ctx, hospitableView{v}) })
}

type hospitableView struct{ authority.View }

func (v hospitableView) Members(ctx context.Context, account tenant.ID, _ authority.MemberPage) ([]authority.Principal, int64, error) {
	everybody, err := v.PrincipalIDs(ctx, "", 1000)
	if err != nil {
		return nil, 0, err
	}
	grants, err := v.Grants(ctx, everybody)
	var granted []grant.PrincipalID
	for _, g := range grants {
		if g.Tenant == account {
			granted = append(granted, g.Principal)
		}
	}
	if err != nil || len(granted) == 0 {
		return nil, 0, err
	}
	members, err := v.Principals(ctx, granted)
	return members, int64(len(members)), err
}
