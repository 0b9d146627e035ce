package bench

import (
	"bufio"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	answerBound = 30 * time.Second
	largest     = 1 << 20 // of an answer's body, in bytes
)

// conn is one kept-alive connection with one request at a time. It is plain: a client with pools and retries would hide
// what the server did, and net/http's costs the core more than the server's side does.
type conn struct {
	address string
	wire    net.Conn
	in      *bufio.Reader
	answer  fasthttp.Response
}

// ask sends a request and reads its answer, whose status it returns. A connection that fails is made again for the next.
func (c *conn) ask(request []byte) (status int, err error) {
	if c.wire == nil {
		if err := c.dial(); err != nil {
			return 0, err
		}
	}
	if err := c.exchange(request); err != nil {
		c.close()
		return 0, err
	}
	if c.answer.ConnectionClose() {
		c.close()
	}
	return c.answer.StatusCode(), nil
}

func (c *conn) dial() (err error) {
	if c.wire, err = net.DialTimeout("tcp", c.address, answerBound); err != nil {
		c.wire = nil
		return err
	}
	if c.in == nil {
		c.in = bufio.NewReader(nil)
	}
	c.in.Reset(c.wire)
	return nil
}

func (c *conn) exchange(request []byte) error {
	if err := c.wire.SetDeadline(time.Now().Add(answerBound)); err != nil {
		return err
	}
	if _, err := c.wire.Write(request); err != nil {
		return err
	}
	return c.answer.ReadLimitBody(c.in, largest)
}

func (c *conn) close() {
	if c.wire != nil {
		_ = c.wire.Close()
		c.wire = nil
	}
}

func (c *conn) body() []byte { return c.answer.Body() }

func (c *conn) saysWhenToRetry() bool { return len(c.answer.Header.Peek("Retry-After")) > 0 }
