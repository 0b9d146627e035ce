package native_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/testenv"
)

// BenchmarkFeedLag measures from the commit on one node until a follower of another one has the event.
func BenchmarkFeedLag(b *testing.B) {
	for _, engine := range testenv.Engines {
		b.Run(engine, func(b *testing.B) {
			env := testenv.New(b, engine).Demo(b)
			node := testenv.NewOn(b, engine, env.Store, env.Clock)
			node.Follow(b)
			w := wire{env: node, base: node.Serve(b, native.New(node.Authority, native.Options{})), key: portalKey}
			stream := w.events(b, "", nil)
			await(b, stream, "heard")
			var lags []time.Duration
			for b.Loop() {
				time.Sleep(time.Duration(len(lags)*37%100) * time.Millisecond) // anywhere between two readings
				err := env.Store.Change(b.Context(), func(_ context.Context, tx authority.Tx) error {
					tx.Publish(authority.FeedSession, "x")
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				committed := time.Now()
				await(b, stream, "revocation")
				lags = append(lags, time.Since(committed))
			}
			slices.Sort(lags)
			b.ReportMetric(float64(lags[len(lags)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(lags[len(lags)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(lags[len(lags)-1].Microseconds())/1000, "max-ms")
		})
	}
}
