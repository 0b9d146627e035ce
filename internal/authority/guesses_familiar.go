package authority

import (
	"sync"

	"github.com/doorward/doorward/internal/tenant"
)

// familiarMost bounds each of the two generations of familiar places.
const familiarMost = 50_000

// familiar remembers where people have logged in, in bounded memory: each as a person and a source. What strangers do
// to an organisation does not lock its people out of there (docs/decisions/0016).
type familiar struct {
	mu            sync.Mutex
	fresh, fading map[string]struct{} // when fresh is full it becomes the fading ones
}

func newFamiliar() *familiar { return &familiar{fresh: map[string]struct{}{}} }

// familiarAt names a person at a source; empty for nobody.
func familiarAt(s *Standing, source string) string {
	if s.Principal.ID == "" {
		return ""
	}
	return string(s.Principal.ID) + " " + source
}

func (f *familiar) note(at string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.fresh[at]; ok {
		return
	}
	if len(f.fresh) >= familiarMost {
		f.fresh, f.fading = map[string]struct{}{}, f.fresh
	}
	f.fresh[at] = struct{}{}
}

func (f *familiar) has(at string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, fresh := f.fresh[at]
	_, fading := f.fading[at]
	return fresh || fading
}

// tenantGuessedAt returns the organisation that a try is counted against: the principal's own, whatever was named, and
// for nobody the one that was named, if any.
func tenantGuessedAt(p Proof, s *Standing) tenant.ID {
	if s.Principal.ID != "" {
		return s.Principal.Organisation
	}
	return p.organisation
}
