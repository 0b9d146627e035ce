package bench

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"sync/atomic"
)

// errExhausted ends a row early: there is nothing left to ask with.
var errExhausted = errors.New("no login tokens are left")

// worker is one connection and what it asks with.
type worker struct {
	*subject
	conn    conn
	random  *rand.Rand
	request []byte
	last    int64 // number of the session that was last used
}

// subject is the server that is measured, and what is known of its population.
type subject struct {
	population Population
	sessions   lines
	hot        int64 // verify only so many of them; 0: all
	minted     loginTokens
	workers    atomic.Uint64 // made so far
}

// worker draws otherwise than any before it: what another has just asked about is in memory.
func (s *subject) worker(address string) *worker {
	return &worker{subject: s, conn: conn{address: address}, random: rand.New(rand.NewPCG(s.workers.Add(1), 1))}
}

// account draws an account.
func (w *worker) account() Account {
	return w.population.Accounts[w.random.IntN(len(w.population.Accounts))]
}

// session draws a session uniformly.
func (w *worker) session() string {
	n := w.sessions.count()
	if w.hot > 0 {
		n = min(n, w.hot)
	}
	w.last = w.random.Int64N(n)
	return w.sessions.at(w.last)
}

// send asks, and judges the answer: good is a status below 300 with wanted in the body.
func (w *worker) send(a ask, wanted string) outcome {
	w.request = a.appendTo(w.request[:0])
	status, err := w.conn.ask(w.request)
	o := outcome{status: status, err: err, good: err == nil && status < 300}
	if o.good && wanted != "" {
		o.good = bytes.Contains(w.conn.body(), []byte(wanted))
	}
	if o.refusal() {
		o.retryable = w.conn.saysWhenToRetry()
	}
	return o
}

func (w *worker) bareGet() outcome {
	return w.send(ask{path: "/v1/session", header: authorization, value: "Bearer dws_06gvur2ku37n97jcn2c8jq0e690ldqlhj48m39pdlni0qvuha1ejjrpo"}, "")
}

func (w *worker) barePost() outcome {
	return w.send(pairLogIn(Account{Key: "apiKey-3f9a1c2b7d4e", Secret: "0123456789abcdef0123456789abcdef"}), "")
}

func (w *worker) bareHash() outcome {
	return w.send(ask{path: hashPath, mediaType: jsonType, body: `{}`}, "")
}

// mixed is nine in ten what verifies, and one in ten what changes the store.
func (w *worker) mixed() outcome {
	switch n := w.random.IntN(100); {
	case n < 80:
		return w.verify()
	case n < 90:
		return w.introspect()
	case n < 95:
		return w.logInByPair()
	case n < 97:
		return w.mint()
	default:
		return w.mintAndRedeem()
	}
}
