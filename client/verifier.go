package client

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"
)

// WhenCut says what a verifier does with a signed token while it cannot hear what has ended.
type WhenCut string

// What to do when the feed is cut for longer than its bound.
const (
	Ask    WhenCut = "ask"    // ask Doorward about each token, once a second at most; the default
	Refuse WhenCut = "refuse" // answer that it cannot be decided, which the middleware turns into 503
)

// VerifierOptions are a module's choices; the zero value works.
type VerifierOptions struct {
	Issuer    string        // of the tokens; empty: the client's URL
	Sessions  bool          // sessions count too where an access token is asked for: for modules that log-ins talk to
	WhenCut   WhenCut       // empty: Ask
	CutBound  time.Duration // how long the feed may be silent; 0: 10 s
	Leeway    time.Duration // how far Doorward's clock may be ahead of ours; 0: 30 s. A token ends at its exp exactly
	AnswerAge time.Duration // how long what was asked is remembered; 0: 1 min
	KeysBound time.Duration // how long old keys serve when new ones cannot be fetched; 0: 1 h

	PublicURL    string        // of this module, as clients see it: scheme and host. Needed for DPoP (RFC 9449)
	ProofWindow  time.Duration // how old a DPoP proof may be; 0: 60 s
	MetadataURL  string        // of RFC 9728, for challenges; empty: Doorward's own for this audience
	Answers      int           // tokens whose facts are remembered; 0: 10,000
	RememberMost int           // entries of the feed that are remembered; 0: 100,000

	Log *slog.Logger     // of the feed's coming and going; nil: slog.Default()
	Now func() time.Time // the clock, for tests; nil: time.Now
}

// Verifier checks what is presented to one module. Make one for each audience and share it; Close ends its goroutine.
type Verifier struct {
	client   *Client
	resource string
	options  VerifierOptions
	keys     *keySet
	memory   *memory
	feed     *follower
	asker    *asker
	replays  *replays
	stop     context.CancelFunc
	stopped  sync.WaitGroup
}

const (
	longestLifetime = time.Hour // of an access token, and so how long what has ended is remembered
	cutBound        = 10 * time.Second
	leeway          = 30 * time.Second
	proofWindow     = time.Minute
	rememberMost    = 100_000
)

func (o *VerifierOptions) fill(issuer string) {
	set := func(d *time.Duration, standard time.Duration) {
		if *d <= 0 {
			*d = standard
		}
	}
	set(&o.CutBound, cutBound)
	set(&o.Leeway, leeway)
	set(&o.AnswerAge, answerAge)
	set(&o.KeysBound, longestAge)
	set(&o.ProofWindow, proofWindow)
	if o.Issuer == "" {
		o.Issuer = issuer
	}
	if o.WhenCut == "" {
		o.WhenCut = Ask
	}
	if o.Answers <= 0 {
		o.Answers = answersMax
	}
	if o.RememberMost <= 0 {
		o.RememberMost = rememberMost
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// NewVerifier returns a verifier of what is made for the audience with this resource (RFC 8707), and begins to follow
// the feed. The client's credential must be that audience's, or one with the permissions session.verify and revocation.read.
func NewVerifier(c *Client, resource string, o VerifierOptions) (*Verifier, error) {
	o.fill(c.URL())
	if resource == "" {
		return nil, fmt.Errorf("doorward: a verifier needs the resource of its audience")
	}
	if !c.asks() {
		return nil, fmt.Errorf("doorward: a verifier's client needs a ClientID with its Credential, or a Key with its Secret, to ask with")
	}
	if o.WhenCut != Ask && o.WhenCut != Refuse {
		return nil, fmt.Errorf("doorward: WhenCut is %q, neither %q nor %q", o.WhenCut, Ask, Refuse)
	}
	if at, err := url.Parse(o.PublicURL); err != nil || o.PublicURL != "" && (at.Host == "" || strings.Trim(at.Path, "/") != "") {
		return nil, fmt.Errorf("doorward: PublicURL has a scheme and a host and no path: %q", o.PublicURL)
	}
	v := &Verifier{client: c, resource: resource, options: o, replays: newReplays(o.Now)}
	v.keys = &keySet{client: c, now: o.Now, bound: o.KeysBound}
	v.memory = newMemory(o.Now, longestLifetime+o.Leeway+settling, o.RememberMost)
	v.feed = newFollower(c, v.memory, o)
	v.asker = newAsker(c, o.Now, v.memory, v.feed.live, o.AnswerAge, o.Answers)
	ctx, stop := context.WithCancel(context.Background())
	v.stop = stop
	v.stopped.Go(func() { v.feed.follow(ctx) })
	return v, nil
}

// Close stops following the feed. What is verified afterwards is treated as with a feed that is cut.
func (v *Verifier) Close() {
	v.stop()
	v.stopped.Wait()
}

// Ready waits until the feed has been heard from, so that nothing needs to be asked that need not be.
func (v *Verifier) Ready(ctx context.Context) error {
	select {
	case <-v.feed.first:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: nothing was heard of the feed: %w", ErrUndecided, ctx.Err())
	}
}

// Status says how well a verifier knows what has ended.
type Status struct {
	Live       bool          // the feed was heard from within its bound
	Silent     time.Duration // since it was heard from
	Remembered int           // entries
	Answers    int           // tokens whose facts are remembered
}

// Status returns how well the verifier knows what has ended, for a health page or a metric.
func (v *Verifier) Status() Status {
	return Status{Live: v.feed.live(), Silent: v.feed.silence(), Remembered: v.memory.size(), Answers: v.asker.yes.size()}
}
