package facts_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/testenv"
)

// holding is a store whose readings of sessions end when they are let go, with what they had read long before.
type holding struct {
	authority.Store
	held     chan func() // how to let go one that has read
	outside  chan func() // runs what waits for a database's own goroutines, where nil is not good enough
	readings atomic.Int64
}

func (h *holding) View(ctx context.Context, read func(ctx context.Context, v authority.View) error) error {
	return h.Store.View(ctx, func(ctx context.Context, v authority.View) error { return read(ctx, heldView{v, h}) })
}

type heldView struct {
	authority.View
	by *holding
}

func (v heldView) Session(ctx context.Context, id authority.SessionID) (authority.Session, error) {
	var s authority.Session
	var err error
	v.by.out(func() { s, err = v.View.Session(ctx, id) })
	v.by.hold()
	return s, err
}

func (v heldView) SessionFacts(ctx context.Context, id authority.SessionID) (authority.SessionFacts, error) {
	f, err := v.View.SessionFacts(ctx, id)
	v.by.hold()
	return f, err
}

func (v heldView) Sessions(ctx context.Context, f authority.SessionFilter, below authority.SessionID, limit int) ([]authority.Session, error) {
	all, err := v.View.Sessions(ctx, f, below, limit)
	v.by.hold()
	return all, err
}

func (v heldView) FactsOfSessions(ctx context.Context, sessions []authority.Session) (authority.ManyFacts, error) {
	f, err := v.View.FactsOfSessions(ctx, sessions)
	v.by.hold()
	return f, err
}

// out runs something outside a bubble of synctest: what is within waits for nothing but itself.
func (h *holding) out(do func()) {
	if h.outside == nil {
		do()
		return
	}
	h.outside <- do
	h.outside <- func() {} // once it is taken, the first has ended
}

// outsider has what is sent to h.outside run one after the other, until the test ends.
func (h *holding) outsider(t *testing.T) {
	h.outside = make(chan func())
	go func() {
		for do := range h.outside {
			do()
		}
	}()
	t.Cleanup(func() { close(h.outside) })
}

func (h *holding) hold() {
	h.readings.Add(1)
	if h.held == nil {
		return
	}
	let := make(chan struct{})
	h.held <- sync.OnceFunc(func() { close(let) })
	<-let
}

// readings are the ways to read a session so that it is remembered.
var readings = map[string]func(ctx context.Context, node *facts.Store) error{
	"the session": viewing(func(ctx context.Context, v authority.View) error {
		_, err := v.Session(ctx, handed)
		return err
	}),
	"its facts": viewing(func(ctx context.Context, v authority.View) error {
		_, err := v.SessionFacts(ctx, handed)
		return err
	}),
	"all that live": func(ctx context.Context, node *facts.Store) error {
		_, err := node.Warm(ctx, func(context.Context) error { return nil })
		return err
	},
}

func viewing(read func(ctx context.Context, v authority.View) error) func(ctx context.Context, node *facts.Store) error {
	return func(ctx context.Context, node *facts.Store) error { return node.View(ctx, read) }
}

func TestAReadingBegunBeforeAChangeDoesNotOutliveIt(t *testing.T) {
	for name, reading := range readings {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, world *facts.Store, clock *testenv.Clock) {
				store := &holding{Store: world.Store}
				node := remember(store)
				learn(t, node)
				forget(t, node)
				store.held = make(chan func())
				done := make(chan error)
				go func() { done <- reading(context.Background(), node) }()
				let := <-store.held // it has read the session, which is open
				closeHanded(t, node, clock)
				for let != nil {
					let()
					select {
					case let = <-store.held: // it reads more
					case err := <-done:
						if let = nil; err != nil {
							t.Fatal(err)
						}
					}
				}
				if f, ok := asksSession("", handed).recall(t, node); ok && f.(authority.SessionFacts).Session.ClosedAt.IsZero() {
					t.Error("a session that was closed is remembered as open")
				}
			})
		})
	}
}

func TestWhatDecidesOverManyReadBeforeAChangeDoesNotOutliveIt(t *testing.T) {
	eachWorld(t, func(t *testing.T, world *facts.Store, clock *testenv.Clock) {
		store := &holding{Store: world.Store}
		node := remember(store)
		learn(t, node)
		store.held = make(chan func())
		done := make(chan error)
		go func() {
			done <- node.View(context.Background(), func(ctx context.Context, v authority.View) error {
				_, err := v.FactsOfSessions(ctx, sessionsAt(clock.Now())[:1])
				return err
			})
		}()
		let := <-store.held // it has read the key, which is active
		disabled := keyOf(minterKey, minter, atMinter, clock.Now())
		disabled.Status = authority.Disabled
		put(t, node, func(tx authority.Tx) { tx.PutCredential(disabled) })
		let()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if f, ok := asksSession("", handed).recall(t, node); ok && f.(authority.SessionFacts).Credential.Status == authority.Active {
			t.Error("a key that was disabled is remembered as active")
		}
	})
}

// TestWhoJoinsAReadingGetsNothingThatHasChangedSince has somebody wait for a reading that began before a change.
func TestWhoJoinsAReadingGetsNothingThatHasChangedSince(t *testing.T) {
	eachWorld(t, func(t *testing.T, world *facts.Store, clock *testenv.Clock) {
		store := &holding{Store: world.Store, held: make(chan func(), 8)}
		node := remember(store)
		store.outsider(t)
		synctest.Test(t, func(t *testing.T) {
			var wait sync.WaitGroup
			wait.Go(func() { readHanded(t, node) })
			let := <-store.held
			store.out(func() { closeHanded(t, node, clock) })
			wait.Go(func() {
				if readHanded(t, node).ClosedAt.IsZero() {
					t.Error("who joined is told of a session that was closed before as open")
				}
			})
			synctest.Wait() // until that one waits for the first
			let()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				wait.Wait()
			}()
			select {
			case again := <-store.held: // it reads by itself
				again()
				<-ended
			case <-ended:
			}
		})
	})
}

func readHanded(t testing.TB, store authority.Store) (s authority.Session) {
	t.Helper()
	err := store.View(context.Background(), func(ctx context.Context, v authority.View) (err error) {
		s, err = v.Session(ctx, handed)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return s
}

func TestOfManyWhoNeedASessionAtOnceOneReadsIt(t *testing.T) {
	eachWorld(t, func(t *testing.T, world *facts.Store, _ *testenv.Clock) {
		store := &holding{Store: world.Store, held: make(chan func(), 64)}
		store.outsider(t)
		node := remember(store)
		synctest.Test(t, func(t *testing.T) {
			var wait sync.WaitGroup
			for range 64 {
				wait.Go(func() {
					if s := readHanded(t, node); s.ID != handed {
						t.Errorf("read %+v", s)
					}
				})
			}
			synctest.Wait()
			(<-store.held)()
			wait.Wait()
		})
		if n := store.readings.Load(); n != 1 {
			t.Errorf("it was read %d times", n)
		}
	})
}

// forget makes the session, and nothing else, forgotten.
func forget(t *testing.T, node *facts.Store) {
	t.Helper()
	put(t, node, func(tx authority.Tx) { tx.Publish(authority.FeedSession, handed.String()) })
}

func closeHanded(t testing.TB, store authority.Store, clock *testenv.Clock) {
	t.Helper()
	err := store.Change(context.Background(), func(ctx context.Context, tx authority.Tx) error {
		_, err := tx.CloseSessions(ctx, []authority.SessionID{handed}, clock.Now())
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
