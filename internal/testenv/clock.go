package testenv

import (
	"sync"
	"time"
)

// Clock is a clock set by hand.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock that stands at noon of a day in 2030.
func NewClock() *Clock { return &Clock{at: time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC)} }

// Now returns the time the clock stands at.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
