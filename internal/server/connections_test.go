package server_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/doorward/doorward/internal/server"
)

// bounded is a server with two connections at most, whose /work waits until it is told to end.
type bounded struct {
	address       string
	started, ends chan struct{}
}

func newBounded(t *testing.T) *bounded {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &bounded{address: l.Addr().String(), started: make(chan struct{}), ends: make(chan struct{})}
	h := &http.Server{ConnState: server.NoticeState, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/work" {
			b.started <- struct{}{}
			<-b.ends
		}
	})}
	served := make(chan error, 1)
	go func() { served <- h.Serve(server.LimitConnections(l, 2)) }()
	t.Cleanup(func() {
		_ = h.Close()
		<-served
	})
	return b
}

func (b *bounded) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", b.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func send(t *testing.T, conn net.Conn, path string) {
	t.Helper()
	if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, conn net.Conn) {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
}

func mustBeClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Fatalf("it is open: %d %v", n, err)
	}
}

func TestBeyondTheBoundWhoComesTakesThePlaceOfWhoIsIdle(t *testing.T) {
	b := newBounded(t)
	working, idle, next := b.dial(t), b.dial(t), b.dial(t)
	send(t, working, "/work")
	<-b.started
	send(t, idle, "/")
	receive(t, idle)
	send(t, next, "/")
	receive(t, next)
	mustBeClosed(t, idle)
	b.ends <- struct{}{}
	receive(t, working) // whoever is at work is let be
}

func TestWhereNobodyIsIdleWhoComesWaitsForTheFirstThatIs(t *testing.T) {
	b := newBounded(t)
	first, second, third := b.dial(t), b.dial(t), b.dial(t)
	send(t, first, "/work")
	<-b.started
	send(t, second, "/work")
	<-b.started
	send(t, third, "/work")
	b.ends <- struct{}{} // one of the two
	<-b.started          // the third, and so one of them has made room
	b.ends <- struct{}{}
	b.ends <- struct{}{}
	for _, conn := range []net.Conn{first, second, third} {
		receive(t, conn)
	}
}

func TestAListenerThatIsClosedLetsGoOfWhoWaitsForAPlace(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b, bounded := bounded{address: l.Addr().String()}, server.LimitConnections(l, 1)
	b.dial(t)
	b.dial(t)
	first, err := bounded.Accept()
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := bounded.Accept()
		ended <- err
	}()
	if err := bounded.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("it has accepted another")
	}
	if first.Close() != nil || first.Close() == nil {
		t.Error("a connection is closed once")
	}
}
