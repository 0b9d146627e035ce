package server_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/doorward/doorward/internal/server"
)

// Nobody waits for a walk, and everybody for the processor: who looks takes a hundredth of it, who drops a twentieth.
func TestAWalkRestsForLongerThanItWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rest := server.RestingAfterLooks()
		for _, step := range []struct {
			wrote bool
			want  time.Duration
		}{{false, 990 * time.Millisecond}, {true, 190 * time.Millisecond}, {false, 990 * time.Millisecond}} {
			time.Sleep(10 * time.Millisecond) // as long as the step takes
			began := time.Now()
			if err := rest(t.Context(), step.wrote); err != nil {
				t.Fatal(err)
			}
			if rested := time.Since(began); rested != step.want {
				t.Errorf("rested for %v after a step that wrote: %v", rested, step.wrote)
			}
		}
	})
}
