package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// Started says how soon a server was ready on a store, and what it holds when nobody asks it anything.
type Started struct {
	Milliseconds []float64 `json:"ready_ms"` // of each start, in order
	Median       float64   `json:"ready_ms_median"`
	Idle         int64     `json:"idle_resident_bytes"`
}

func (s Started) print(out io.Writer) {
	fmt.Fprintf(out, "\nready %.0f ms after the start (median of %d: %.0f to %.0f); idle memory %.1f MiB\n",
		s.Median, len(s.Milliseconds), slices.Min(s.Milliseconds), slices.Max(s.Milliseconds), mebibytes(s.Idle))
}

const (
	starts   = 5
	idleTime = 3 * time.Second
)

// measureStart stops the server and starts it again and again.
func (b *Bench) measureStart(ctx context.Context) (*Started, error) {
	var s Started
	for range starts {
		if err := b.doorward.stop(); err != nil {
			return nil, err
		}
		if err := b.startServer(ctx); err != nil {
			return nil, err
		}
		s.Milliseconds = append(s.Milliseconds, b.doorward.ready.Sub(b.doorward.began).Seconds()*1000)
	}
	sorted := slices.Sorted(slices.Values(s.Milliseconds))
	s.Median = sorted[len(sorted)/2]
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(idleTime):
	}
	m, err := memoryOf(b.pid)
	s.Idle = m.resident
	return &s, err
}
