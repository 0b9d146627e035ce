package client

import (
	"context"
	"time"
)

// Waiting returns a client that waits between tries as it is told.
func Waiting(c *Client, wait func(context.Context, time.Duration) error) *Client {
	other := *c
	other.wait = wait
	return &other
}
