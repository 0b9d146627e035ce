package crmcom

import (
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// Profile says which release of CRM.COM to behave like in what a token is and how long it lives.
type Profile string

// ProfileV19 is the default: opaque tokens with an absolute lifetime. Profiles "idle" (a lifetime since the last use)
// and "jwt" (signed tokens, from R12 on) come later: the first as other lifetimes, the second as another shape.
const ProfileV19 Profile = "v19"

// check panics on a profile that is not known: such a mistake must not get as far as serving.
func (p Profile) check() {
	if p != "" && p != ProfileV19 {
		panic("crmcom: unknown profile " + string(p))
	}
}

// lifetimes returns how a token lives that is said to live so long.
func (Profile) lifetimes(lifetime time.Duration) authority.Lifetimes {
	return authority.Lifetimes{Absolute: lifetime}
}
