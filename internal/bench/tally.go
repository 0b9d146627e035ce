package bench

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// tally collects what the operations of one row came to. One for all connections: few threads share it.
type tally struct {
	mu        sync.Mutex
	latency   *hdrhistogram.Histogram // of what succeeded, from when it was due
	service   *hdrhistogram.Histogram // of what succeeded, from when it was sent
	refused   *hdrhistogram.Histogram // of 429 and 503, from when they were sent
	succeeded int64
	retryable int64 // refusals with Retry-After
	wrong     int64 // a good status with an answer that is not
	broken    int64 // no answer at all
	unsent    int64 // due, and not sent before the end
	statuses  map[int]int64
	first     error // of broken
}

func newTally() *tally {
	return &tally{latency: newHistogram(), service: newHistogram(), refused: newHistogram(), statuses: map[int]int64{}}
}

// newHistogram keeps microseconds up to two minutes with three digits.
func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, 120_000_000, 3) }

func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(d.Microseconds(), 1), h.HighestTrackableValue()))
}

// outcome is what one operation came to.
type outcome struct {
	status    int // of the answer that decided it; 0: none came
	good      bool
	retryable bool
	err       error
}

// refusal reports whether the server said that it does not now.
func (o outcome) refusal() bool { return o.status == 429 || o.status == 503 }

func (t *tally) add(o outcome, due, sent, answered time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o.good {
		t.succeeded++
		record(t.latency, answered.Sub(due))
		record(t.service, answered.Sub(sent))
		return
	}
	switch {
	case o.err != nil:
		t.broken++
		if t.first == nil {
			t.first = o.err
		}
	case o.status >= 200 && o.status < 300:
		t.wrong++
	default:
		t.statuses[o.status]++
	}
	if o.refusal() {
		record(t.refused, answered.Sub(sent))
		if o.retryable {
			t.retryable++
		}
	}
}

func (t *tally) leave(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unsent += n
}

// failed counts what neither succeeded nor was refused.
func (t *tally) failed() int64 {
	failed := t.broken + t.wrong
	for status, n := range t.statuses {
		if !(outcome{status: status}).refusal() {
			failed += n
		}
	}
	return failed
}
