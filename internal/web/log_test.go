package web_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doorward/doorward/internal/web"
)

// written collects what is written and how often.
type written struct {
	mu    sync.Mutex
	text  strings.Builder
	calls int
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	return w.text.Write(p)
}

func (w *written) now() (lines, calls int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Count(w.text.String(), "\n"), w.calls
}

func (w *written) want(t *testing.T, lines, calls int) {
	t.Helper()
	if l, c := w.now(); l != lines || c != calls {
		t.Errorf("%d lines by %d calls, not %d by %d", l, c, lines, calls)
	}
}

func TestLinesAreWrittenTogetherAfterAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out written
		log, _ := web.NewLog(&out)
		for round := range 2 {
			for range 10 {
				log.Info("a line")
			}
			synctest.Wait()
			out.want(t, 10*round, round)
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			out.want(t, 10*(round+1), round+1)
		}
	})
}

func TestAWarningIsWrittenAtOnceBehindWhatCameBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out written
		log, _ := web.NewLog(&out)
		log.Info("before")
		log.With("k", "v").WithGroup("g").Warn("now")
		out.want(t, 2, 1)
		if text := out.text.String(); strings.Index(text, "before") > strings.Index(text, "now") {
			t.Error(text)
		}
	})
}

func TestNothingIsLostAtACleanStopNorWaitsBeyondItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out written
		log, flush := web.NewLog(&out)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				for range 1000 {
					log.Info(strings.Repeat("x", 100))
				}
			})
		}
		all.Wait()
		if lines, calls := out.now(); lines < 9000 || calls > 100 {
			t.Errorf("%d lines by %d calls before the end", lines, calls)
		}
		flush()
		if lines, _ := out.now(); lines != 10_000 {
			t.Errorf("%d lines", lines)
		}
		for line := range strings.Lines(out.text.String()) {
			if !strings.HasPrefix(line, `{"time":`) || !strings.HasSuffix(line, "\"}\n") {
				t.Fatalf("torn: %q", line)
			}
		}
	})
}
