package authority

import (
	"sync"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

const (
	proofWindow = time.Minute // how old a proof of possession may be where a token is used
	proofsKept  = 500_000     // in one window
)

// Possession is by what a request shows that who sends it holds the key that its token is bound to (RFC 9449).
type Possession struct {
	Proof  secret.Text // or zero: the token is presented as a bearer
	Method string      // of the request, as its client sent it
	URL    string      // absolute, as its client sees it
}

// prove fails unless a token that is bound to a key is presented with a proof of possession of it, for this very request,
// and one that is not bound without any (RFC 9449 §7). A proof counts once on a node; a write for each request would cost
// more than another use of one proof, by the same method at the same URL within its minute, at another node.
func (a *Authority) prove(v *Verdict, token secret.Text, p Possession) error {
	if p.Proof.IsZero() && v.Session.Thumbprint == "" {
		return nil
	}
	notHeld := fault.New(fault.Unauthenticated, ReasonNotPossessed, "A token that is bound to a key needs a proof of that key, and any other none.")
	if p.Proof.IsZero() {
		return notHeld
	}
	now := a.store.Now()
	proof, err := secret.VerifyDPoP(p.Proof, secret.ProofRequest{
		Method: p.Method, URL: p.URL, AccessTokenHash: secret.AccessTokenHash(token), Window: proofWindow,
	}, now)
	if err != nil {
		return &fault.Error{Kind: fault.Unauthenticated, Reason: ReasonBadProof, Message: "The proof of possession is not valid.", Cause: err}
	}
	if proof.Thumbprint != v.Session.Thumbprint {
		return notHeld
	}
	return a.proofs.spend(a.keys.Fingerprint(secret.PurposeOnce, secret.Of(proof.Thumbprint+" "+proof.ID)), now)
}

// proofs are those that have been presented lately: in this span of two windows, and in the one before. A proof of a clock
// that is ahead counts for longer than a window, and for less than two.
type proofs struct {
	mu           sync.Mutex
	since        time.Time
	seen, before map[secret.Fingerprint]struct{}
}

// spend fails for a proof that was presented before.
func (p *proofs) spend(id secret.Fingerprint, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if age := now.Sub(p.since); age >= 2*proofWindow || age < 0 {
		p.before = p.seen
		if age >= 4*proofWindow {
			p.before = nil
		}
		p.since, p.seen = now, map[secret.Fingerprint]struct{}{}
	}
	if _, twice := p.seen[id]; twice {
		return repeatedProof()
	}
	if _, twice := p.before[id]; twice {
		return repeatedProof()
	}
	if len(p.seen) >= proofsKept {
		return &fault.Error{
			Kind: fault.Unavailable, Reason: "too-many-proofs", Message: "No more proofs can be remembered now.", RetryAfter: proofWindow,
		}
	}
	p.seen[id] = struct{}{}
	return nil
}

func repeatedProof() error {
	return fault.New(fault.Unauthenticated, ReasonRepeated, "The proof was presented before.")
}
