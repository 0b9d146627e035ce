package client

import (
	"context"
	"sync"
)

// flights let many who ask the same at once wait for one answer.
type flights struct {
	mu    sync.Mutex
	under map[tokenKey]*flight
}

type flight struct {
	done   chan struct{}
	answer answered // once done is closed
}

// join runs load once for all who call with a key meanwhile. It goes on without a caller that gives up, because others
// may wait for it.
func (f *flights) join(ctx context.Context, key tokenKey, load func(context.Context) answered) (answered, error) {
	f.mu.Lock()
	under, ok := f.under[key]
	if !ok {
		if f.under == nil {
			f.under = map[tokenKey]*flight{}
		}
		under = &flight{done: make(chan struct{})}
		f.under[key] = under
		go f.fly(context.WithoutCancel(ctx), key, under, load)
	}
	f.mu.Unlock()
	select {
	case <-under.done:
		return under.answer, nil
	case <-ctx.Done():
		return answered{}, ctx.Err()
	}
}

func (f *flights) fly(ctx context.Context, key tokenKey, under *flight, load func(context.Context) answered) {
	ctx, cancel := context.WithTimeout(ctx, askBound)
	defer cancel()
	under.answer = load(ctx)
	f.mu.Lock()
	delete(f.under, key)
	f.mu.Unlock()
	close(under.done)
}
