package authority

import (
	"sync"
	"time"

	"github.com/doorward/doorward/internal/secret"
)

const (
	feedEvery  = 100 * time.Millisecond         // how often the store is asked
	feedBound  = 5 * time.Second                // not heard from for so long, a node says that it is stale
	feedWindow = LongestAccess + 10*time.Minute // how long a node remembers: no access token is older
	feedMargin = 5 * time.Second                // the clocks of two nodes, and what was read before it was made
	feedBatch  = 1000
)

// FeedStatus says how well this node follows the feed.
type FeedStatus struct {
	Heard      bool          // the store has been heard from at all
	Ago        time.Duration // since the store was last asked with success: nothing committed before is missing
	Stale      bool          // longer ago than a node may answer from memory
	Delay      time.Duration // of the entry seen last: from its writing until it was seen here
	Entries    int           // in memory
	Gaps       int           // sequence numbers, or runs of them, that may still come
	Followers  int
	Seen       int64 // entries since the start
	Resets     int64 // how often everything had to be doubted
	LastFailed error // why the last reading failed; nil: it did not
}

// feed is what this node remembers of the feed, and who follows it here.
type feed struct {
	reading sync.Mutex // held by who reads from the store

	mu        sync.Mutex
	memory    feedMemory
	epoch     string
	listeners []func(FeedReading)

	heardAt time.Time // this machine's, monotonic: when the last reading that succeeded began; zero: never
	heard   time.Time // the same on the one clock
	delay   time.Duration
	seen    int64
	resets  int64
	failed  error

	changed    chan struct{} // closed when there is something new
	ended      chan struct{} // closed when this node stops following
	followers  map[CredentialID]int
	generation int       // of the memory; another one is of another history
	doubted    time.Time // when this one began
}

func newFeed() *feed {
	return &feed{changed: make(chan struct{}), ended: make(chan struct{}), followers: map[CredentialID]int{}}
}

// FeedStatus returns how well this node follows the feed now.
func (a *Authority) FeedStatus() FeedStatus {
	a.feed.mu.Lock()
	defer a.feed.mu.Unlock()
	return a.feed.status(time.Now())
}

func (f *feed) status(now time.Time) FeedStatus {
	s := FeedStatus{
		Heard: !f.heardAt.IsZero(), Stale: true, Delay: f.delay, Entries: len(f.memory.records), Gaps: len(f.memory.gaps),
		Seen: f.seen, Resets: f.resets, LastFailed: f.failed,
	}
	if s.Heard {
		s.Ago = now.Sub(f.heardAt)
		s.Stale = s.Ago > feedBound
	}
	for _, n := range f.followers {
		s.Followers += n
	}
	return s
}

// FeedReading is what this node has just seen of the feed.
type FeedReading struct {
	Entries []FeedEntry // that it had not seen
	Reset   bool        // anything may have changed
	Seen    FeedSeen    // how far it has come with them
	Began   time.Time   // this machine's, monotonic: everything committed until then is known; zero: there is more to come
}

// SubscribeFeed calls listen with all that this node sees of the feed from now on, in the order it is seen, and at the
// end of every reading. listen must not block: the next reading waits for it.
func (a *Authority) SubscribeFeed(listen func(FeedReading)) {
	a.feed.mu.Lock()
	defer a.feed.mu.Unlock()
	a.feed.listeners = append(a.feed.listeners, listen)
}

// Ends reports whether what an entry of this kind names is over for good, rather than changed.
func (k FeedKind) Ends() bool { return k == FeedSession || k == FeedSigningKey }

// fact returns the entry's fact as a token that depends on it has it.
func (e FeedEntry) fact() (f fact) {
	copy(f[:], secret.Fact(string(e.Kind), e.Key))
	return f
}

// fact is the text of a secret.Fact.
type fact [12]byte
