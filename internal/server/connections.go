package server

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doorward/doorward/internal/config"
)

// connections is a listener that has a bounded number of connections open. When they are all taken, who comes next gets
// the place of the one that has been idle for longest, or of the first that becomes so; meanwhile all others wait with the kernel.
type connections struct {
	net.Listener
	places  chan struct{}
	closing chan struct{}
	close   sync.Once
	wanted  atomic.Bool // somebody waits for a place

	mu   sync.Mutex
	open map[*connection]struct{}
}

// connection is one of them.
type connection struct {
	net.Conn
	of        *connections
	idleSince atomic.Int64 // in nanoseconds; 0: at work, or new, which the bound of a header's time ends
	close     sync.Once
}

// limitConnections bounds the connections of a listener; most below one is the default of the flag.
func limitConnections(l net.Listener, most int) *connections {
	if most < 1 {
		most = config.DefaultConnections
	}
	return &connections{
		Listener: l, places: make(chan struct{}, most), closing: make(chan struct{}), open: map[*connection]struct{}{},
	}
}

// Accept waits for a connection and then for a place for it.
func (c *connections) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if err := c.take(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	accepted := &connection{Conn: conn, of: c}
	c.mu.Lock()
	c.open[accepted] = struct{}{}
	c.mu.Unlock()
	return accepted, nil
}

func (c *connections) take() error {
	select {
	case c.places <- struct{}{}:
		return nil
	default:
	}
	c.wanted.Store(true)
	defer c.wanted.Store(false)
	c.closeIdlest()
	select {
	case c.places <- struct{}{}:
		return nil
	case <-c.closing:
		return net.ErrClosed
	}
}

// Close lets whoever waits in Accept go.
func (c *connections) Close() error {
	c.close.Do(func() { close(c.closing) })
	return c.Listener.Close()
}

func (c *connections) closeIdlest() {
	var idlest *connection
	var since int64
	c.mu.Lock()
	for one := range c.open {
		if at := one.idleSince.Load(); at != 0 && (idlest == nil || at < since) {
			idlest, since = one, at
		}
	}
	c.mu.Unlock()
	if idlest != nil {
		_ = idlest.Close()
	}
}

// noticeState is the http.Server's way to tell what a connection does.
func noticeState(conn net.Conn, state http.ConnState) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	c, ok := conn.(*connection)
	switch {
	case !ok:
	case state != http.StateIdle:
		c.idleSince.Store(0)
	default:
		c.idleSince.Store(time.Now().UnixNano())
		if c.of.wanted.Load() {
			_ = c.Close()
		}
	}
}

// Close gives the place to the next.
func (c *connection) Close() error {
	c.close.Do(func() {
		c.of.mu.Lock()
		delete(c.of.open, c)
		c.of.mu.Unlock()
		<-c.of.places
	})
	return c.Conn.Close()
}

// CloseWrite lets the http.Server end a connection so that its last answer arrives, as it does with a TCP connection.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
