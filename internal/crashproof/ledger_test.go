package crashproof_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/doorward/doorward/internal/audit"
)

// try is one attempt at an act, as the client that made it knows it.
type try struct {
	act     audit.Act
	outcome outcome
	request string                                               // request id, when there was an answer
	key     string                                               // of a redemption, or empty
	session string                                               // that a redemption said it led to
	again   func(ctx context.Context, book *ledger, w wire) *try // of what ends a session: the same once more
}

// session is one that somebody was told of.
type session struct {
	text     string
	by       *try
	kept     bool   // nobody may end it before the crash
	endings  []*try // what would end it: here any kind of revocation adds its tries
	openedAt time.Time
}

// loginToken is one that somebody was told of.
type loginToken struct {
	text     string
	audience int64
	by       *try
	key      string // that those who redeem it with an idempotency key share, or empty
	kept     bool   // nobody may try it before the crash
	expires  time.Time
	tries    []*try
	endings  []*try
}

// ledger is what the clients of one round did and were told.
type ledger struct {
	mu          sync.Mutex
	tries       []*try
	sessions    []*session
	loginTokens []*loginToken
	faults      []string
	answered    int
	strikeAt    int           // answers
	struck      chan struct{} // closed when there were that many
}

func newLedger() *ledger { return &ledger{struck: make(chan struct{})} }

// begin notes a try before it is sent: without an answer its outcome stays unknown.
func (l *ledger) begin(act audit.Act, lists ...*[]*try) *try {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := &try{act: act}
	l.tries = append(l.tries, t)
	for _, list := range lists {
		*list = append(*list, t)
	}
	return t
}

// end notes the answer to a try.
func (l *ledger) end(t *try, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.outcome, t.request = a.outcome, a.request
	if a.outcome != unknown {
		if l.answered++; l.answered == l.strikeAt {
			close(l.struck)
		}
	}
	if a.status >= 500 && l.answered < l.strikeAt {
		l.faults = append(l.faults, fmt.Sprintf("%s: failed before anything struck: %d %s", t.act, a.status, a.said))
	}
	if a.garbled {
		l.faults = append(l.faults, fmt.Sprintf("%s: success without what it was for: %d %s", t.act, a.status, a.said))
	}
	if a.outcome == refused && (t.act == audit.OpenSession || t.act == audit.MintLoginToken) || a.status == 429 {
		l.faults = append(l.faults, fmt.Sprintf("%s: refused what is right: %d %s", t.act, a.status, a.said))
	}
}

func (l *ledger) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

func (l *ledger) addSession(s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.openedAt = time.Now()
	l.sessions = append(l.sessions, s)
}

// addRedeemed notes the session that a redemption led to, which a repeated one leads to again.
func (l *ledger) addRedeemed(by *try, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	by.session = text
	if !slices.ContainsFunc(l.sessions, func(s *session) bool { return s.text == text }) {
		l.sessions = append(l.sessions, &session{text: text, by: by, kept: true, openedAt: time.Now()})
	}
}

func (l *ledger) addLoginToken(t *loginToken) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loginTokens = append(l.loginTokens, t)
}

// contested is how many of the latest are what the clients reach for, so that several reach for the same.
const contested = 6

// latest returns the latest that may be touched.
func latest[T any](l *ledger, all *[]T, may func(T) bool) (found []T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range slices.Backward(*all) {
		if len(found) < contested && may(one) {
			found = append(found, one)
		}
	}
	return found
}

// any reports whether a try of these ended in an outcome.
func (l *ledger) any(tries *[]*try, o outcome) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(*tries, func(t *try) bool { return t.outcome == o })
}

// tallies counts tries by act and outcome.
type tallies map[audit.Act]*[3]int

func (ts tallies) add(tries []*try) {
	for _, t := range tries {
		if ts[t.act] == nil {
			ts[t.act] = &[3]int{}
		}
		ts[t.act][t.outcome]++
	}
}

// String says how many of each act were acknowledged, and of how many nobody was told.
func (ts tallies) String() string {
	var parts []string
	open := 0
	for _, act := range slices.Sorted(maps.Keys(ts)) {
		parts = append(parts, fmt.Sprintf("%d %s (%d refused)", ts[act][done], act, ts[act][refused]))
		open += ts[act][unknown]
	}
	return "acknowledged " + strings.Join(parts, ", ") + fmt.Sprintf("; %d of unknown outcome", open)
}

func counted(n map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d × %s", n[name], name))
	}
	return strings.Join(parts, ", ")
}
