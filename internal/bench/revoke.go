package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Revoked says how long sessions were accepted after they were revoked, while all connections verified others.
type Revoked struct {
	Sessions      int     `json:"sessions"`
	VerifyRate    float64 `json:"verify_per_second"`  // meanwhile
	LastP50       float64 `json:"last_acceptance_ms"` // median: the last answer that accepted it came so long after the revocation's answer
	LastMax       float64 `json:"last_acceptance_ms_max"`
	AcceptedAfter int     `json:"accepted_after"` // times that a request sent after the revocation's answer was accepted
}

func (r Revoked) print(out io.Writer) {
	fmt.Fprintf(out, "\nrevocation of %d sessions under %.0f verifications/s: last acceptance %.2f ms after the revocation was answered (median; longest %.2f ms); %d accepted that were asked after that\n",
		r.Sessions, r.VerifyRate, r.LastP50, r.LastMax, r.AcceptedAfter)
}

const (
	probes   = 4 // connections that ask about the session that is revoked
	refusals = 5 // each has seen in a row before it believes that the session has ended
)

func (b *Bench) revoke(ctx context.Context) (*Revoked, error) {
	workers := b.workers(b.address, b.options.Connections)
	defer closeAll(workers)
	load, stop := context.WithCancel(ctx)
	defer stop()
	background := newTally()
	began := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.drive(load, loop{(*worker).verify, workers, background}, 0, 24*time.Hour)
	}()
	found := Revoked{Sessions: b.options.Revocations}
	var last []float64
	for range b.options.Revocations {
		one, err := b.revokeOne(ctx)
		if err != nil {
			stop()
			<-ended
			return nil, err
		}
		last = append(last, max(one.last.Seconds()*1000, 0))
		found.AcceptedAfter += one.after
	}
	stop()
	<-ended
	slices.Sort(last)
	if len(last) > 0 {
		found.LastP50, found.LastMax = last[len(last)/2], last[len(last)-1]
	}
	found.VerifyRate = float64(background.succeeded) / time.Since(began).Seconds()
	return &found, nil
}

// acceptance is how long one session was accepted after its revocation was answered.
type acceptance struct {
	last  time.Duration
	after int
}

// revokeOne opens a session, lets it be asked about all the time, and ends it.
func (b *Bench) revokeOne(ctx context.Context) (acceptance, error) {
	w := b.subject.worker(b.address)
	defer w.conn.close()
	if o := w.logInByPair(); !o.good {
		return acceptance{}, fmt.Errorf("log in: status %d, %w", o.status, errors.Join(o.err))
	}
	text := member(w.conn.body(), "token")
	asking, stop := context.WithCancel(ctx)
	defer stop()
	p := probing{ctx: asking, text: text, seen: make(chan struct{})}
	for range probes {
		p.all.Go(func() { p.probe(b.subject.worker(b.address)) })
	}
	<-p.seen
	o := w.send(ask{path: "/auth/logout", header: authorization, value: "Bearer " + text, mediaType: jsonType}, "")
	answered := time.Now()
	p.revoked.Store(&answered)
	if !o.good {
		stop() // it will never be refused
	}
	p.all.Wait()
	if !o.good {
		return acceptance{}, fmt.Errorf("log out: status %d, %w", o.status, errors.Join(o.err))
	}
	if p.err != nil {
		return acceptance{}, p.err
	}
	found := acceptance{last: p.last.Sub(answered)}
	for _, sent := range p.accepted {
		if sent.After(answered) {
			found.after++
		}
	}
	return found, ctx.Err()
}

// probing asks about one session on a few connections until it is refused for good.
type probing struct {
	ctx     context.Context
	text    string
	revoked atomic.Pointer[time.Time] // when the revocation was answered
	seen    chan struct{}             // closed by the first acceptance
	once    sync.Once
	all     sync.WaitGroup

	mu       sync.Mutex
	last     time.Time   // when the last acceptance came
	accepted []time.Time // when requests were sent that were accepted, of late
	err      error
}

func (p *probing) probe(w *worker) {
	defer w.conn.close()
	defer p.once.Do(func() { close(p.seen) })
	for refused := 0; refused < refusals && p.ctx.Err() == nil; {
		sent := time.Now()
		o := w.send(verification(p.text), "")
		switch {
		case o.good:
			refused = 0
			p.accept(sent, time.Now())
		case o.status == 401 && p.revoked.Load() != nil:
			refused++
		case o.status != 401:
			p.fail(fmt.Errorf("verify: status %d, %w", o.status, errors.Join(o.err)))
			return
		}
	}
}

func (p *probing) accept(sent, answered time.Time) {
	p.once.Do(func() { close(p.seen) })
	p.mu.Lock()
	defer p.mu.Unlock()
	if answered.After(p.last) {
		p.last = answered
	}
	if at := p.revoked.Load(); at != nil {
		p.accepted = append(p.accepted, sent)
	}
}

func (p *probing) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = errors.Join(p.err, err)
}
