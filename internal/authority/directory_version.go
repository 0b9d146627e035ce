package authority

import (
	"hash/fnv"
	"time"

	"github.com/doorward/doorward/internal/grant"
)

// Roles and grants keep no time of their last change. What a Match compares of them is made of what they say: who
// decided by it decided by what is there.

// VersionOfRole returns the state of a role, as Match compares it: what it permits.
func VersionOfRole(r grant.Role) time.Time {
	h := fnv.New64a()
	for _, p := range r.Permissions {
		_, _ = h.Write([]byte(p + "\x00"))
	}
	return time.UnixMicro(int64(h.Sum64() >> 1)) // never negative, as a time of this age is
}

// VersionOfGrant returns the state of a grant, as Match compares it: whether it counts, and is the primary one.
func VersionOfGrant(g grant.Grant) time.Time {
	var state int64 = 1
	if g.Inactive {
		state++
	}
	if g.Primary {
		state += 2
	}
	return time.UnixMicro(state)
}
