package authority_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/doorward/doorward/internal/testenv"
)

// BenchmarkReadFeed is what a node does ten times a second when nothing happens.
func BenchmarkReadFeed(b *testing.B) {
	for _, engine := range testenv.Engines {
		b.Run(engine, func(b *testing.B) {
			env := testenv.New(b, engine)
			publish(b, env, slices.Repeat([]string{"a"}, 1000)...)
			for b.Loop() {
				if err := env.Authority.ReadFeed(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFeedMemory is what the memory of a hundred thousand entries takes, and how long a node that starts reads them.
func BenchmarkFeedMemory(b *testing.B) {
	const entries = 100_000
	for _, engine := range testenv.Engines {
		b.Run(engine, func(b *testing.B) {
			env := testenv.New(b, engine)
			for range entries / 10_000 {
				publish(b, env, slices.Repeat([]string{"01234567890123456789012345678901"}, 10_000)...)
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var nodes []*testenv.Env
			for b.Loop() {
				node := otherNode(b, env)
				if err := node.Authority.ReadFeed(b.Context()); err != nil {
					b.Fatal(err)
				}
				nodes = append(nodes, node)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(entries*len(nodes)), "B/entry")
			runtime.KeepAlive(nodes)
		})
	}
}
