package crashproof_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// round is one crash with what came before and after it.
type round struct {
	*rig
	strike strike
	seed   uint64
	span   int // the dice choose the strike among so many answers
	ledger *ledger
	before int // tries made before the crash
	unsaid int // of those without an answer, done nevertheless
}

// run returns every promise that the round saw broken.
func (r *round) run(t *testing.T) []string {
	t.Helper()
	began := time.Now()
	r.crash(t)
	r.before = len(r.ledger.tries)
	r.waitReady(t)
	r.checkAnswers(t)
	r.checkStore(t, began)
	if len(r.ledger.faults) == 0 {
		r.elders = append(r.elders, sampleOf(r.ledger)...)
	}
	return r.ledger.faults
}

// crash lets the clients act and strikes at a moment that the dice choose, in answers and then in microseconds.
func (r *round) crash(t *testing.T) {
	t.Helper()
	dice := rand.New(rand.NewPCG(r.seed, 0))
	r.ledger.strikeAt = 20 + dice.IntN(r.span)
	stop, idle := make(chan struct{}), make(chan struct{})
	w := newWire(r.node.url)
	defer w.http.CloseIdleConnections()
	var busy sync.WaitGroup
	for number := range clients {
		c := &client{number: number, dice: rand.New(rand.NewPCG(r.seed, uint64(1+number))), wire: w, ledger: r.ledger}
		busy.Go(func() { c.run(t.Context(), stop) })
	}
	go func() {
		busy.Wait()
		close(idle)
	}()
	select {
	case <-r.ledger.struck:
	case <-idle:
		t.Fatal("no client got an answer any more before the crash")
	}
	<-time.After(time.Duration(dice.IntN(5000)) * time.Microsecond) // into the middle of what is under way
	r.strike.do(r.rig, t)
	close(stop)
	<-idle
	r.strike.mend(r.rig, t)
}

// each runs check on everything, by as many checkers as there were clients.
func each[T any](ctx context.Context, all []T, check func(ctx context.Context, one T)) {
	var busy sync.WaitGroup
	next := make(chan T)
	for range clients {
		busy.Go(func() {
			for one := range next {
				check(ctx, one)
			}
		})
	}
	for _, one := range all {
		next <- one
	}
	close(next)
	busy.Wait()
}

// sampleOf takes a few sessions along, ended ones and others.
func sampleOf(l *ledger) (sample []*session) {
	ended, living := 0, 0
	for _, s := range l.sessions {
		count := &living
		if len(s.endings) > 0 {
			count = &ended
		}
		if *count++; *count <= 2 {
			sample = append(sample, s)
		}
	}
	return sample
}
