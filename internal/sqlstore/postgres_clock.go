package sqlstore

import (
	"context"
	"errors"
	"net"
	"time"
)

// now is the database's clock, read every second and carried on by this machine's monotonic one.
func (e *postgres) now() time.Time {
	return e.monotonic().Add(time.Duration(e.offset.Load()))
}

// monotonic is a time that setting this machine's clock does not move.
func (e *postgres) monotonic() time.Time { return e.started.Add(time.Since(e.started)) }

func (e *postgres) sinceReading() time.Duration {
	return time.Since(e.started) - time.Duration(e.readAt.Load())
}

// readClock measures the offset; the answer is taken to be from the middle of the round trip.
func (e *postgres) readClock(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	asked := e.monotonic()
	var micros int64
	if err := e.pool.QueryRow(ctx, "SELECT "+postgresNow).Scan(&micros); err != nil {
		return translate(err)
	}
	trip := e.monotonic().Sub(asked)
	if trip > maxDrift {
		return unavailable(errors.New("the database's clock took too long to answer to be set by"))
	}
	e.offset.Store(int64(time.UnixMicro(micros).Sub(asked.Add(trip / 2))))
	e.readAt.Store(int64(time.Since(e.started)))
	return nil
}

func (e *postgres) followClock(ctx context.Context) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = e.readClock(ctx) // ready says so when it has failed for too long
		}
	}
}

// isNetwork reports whether err came from the connection rather than from the database.
func isNetwork(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network
}
