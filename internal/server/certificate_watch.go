package server

import (
	"context"
	"crypto/sha256"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// lookEvery is how often the certificate's files are read. Their content is compared and not their time: a file can be
// replaced by an older one, and behind the links of a Kubernetes secret nothing of the file itself changes.
const lookEvery = 2 * time.Second

// watchUntil follows the files until ctx ends, and looks at once on SIGHUP; the channel is closed when it has stopped.
func (c *Certificate) watchUntil(ctx context.Context) <-chan struct{} {
	stopped := make(chan struct{})
	if c == nil {
		close(stopped)
		return stopped
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGHUP)
	go func() {
		defer close(stopped)
		defer signal.Stop(asked)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				c.look(false)
			case <-asked:
				c.log.Info("told to read the certificate again")
				c.complaint = ""
				c.look(true)
			case <-ctx.Done():
				return
			}
		}
	}()
	return stopped
}

// look reads the files again and shows what they hold from now on, or says why not and goes on with what it has. What two
// looks in a row have seen counts, for files that are being written hold anything; what is there when asked counts at once.
func (c *Certificate) look(atOnce bool) {
	content, err := readPair(c.files)
	seen := content.sum()
	if err != nil {
		seen = sha256.Sum256([]byte(err.Error()))
	}
	settled := atOnce || seen == c.glimpsed
	c.glimpsed = seen
	switch {
	case !settled:
	case seen == c.shown:
		c.complaint = ""
	case err != nil:
		c.complain(err)
	default:
		c.take(content)
	}
	c.remind()
}

func (c *Certificate) take(content pemPair) {
	pair, err := parsePair(c.files, content, c.now())
	if err != nil {
		c.complain(err)
		return
	}
	c.current.Store(pair)
	c.shown, c.complaint, c.reminded = content.sum(), "", inTime
	c.log.Info("new connections are shown another certificate from now on", describe(pair.Leaf)...)
}

// complain says once what is wrong with the files, not at every look.
func (c *Certificate) complain(err error) {
	if c.complaint == err.Error() {
		return
	}
	c.complaint = err.Error()
	c.log.Error("the certificate's files changed and cannot be used: the pair before stays; put both right, no restart is needed",
		"cause", c.complaint, "shown_until", c.current.Load().Leaf.NotAfter.Format(time.RFC3339))
}
