package authority

import (
	"hash/fnv"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

// Version says which state of an object of the directory somebody has seen; two states never have the same one.
type Version string

// Reasons why an act on one object of the directory is refused.
const (
	ReasonChangedMeanwhile = "precondition-failed" // it is not as the actor saw it
	ReasonTaken            = "already-taken"       // another one has this ID, name, e-mail or host
	ReasonNotThere         = "wrong-place"         // such a tenant cannot be there, nor such a grant
	ReasonInUse            = "in-use"
	ReasonOneOwner         = "one-owner" // an account has exactly one
)

// Version returns the state of the tenant.
func (t Tenant) Version() Version { return versionAt(t.UpdatedAt) }

// Version returns the state of the principal.
func (p Principal) Version() Version { return versionAt(p.UpdatedAt) }

// Version returns the state of the audience.
func (a Audience) Version() Version { return versionAt(a.UpdatedAt) }

// VersionOfRole returns the state of a role: what it permits.
func VersionOfRole(r grant.Role) Version {
	h := fnv.New128a()
	for _, p := range r.Permissions {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	return Version(strconv.FormatUint(uint64(len(r.Permissions)), 36) + "-" + hexOf(h.Sum(nil)))
}

// VersionOfGrant returns the state of a grant: whether it counts, and is the primary one.
func VersionOfGrant(g grant.Grant) Version {
	switch {
	case g.Inactive && g.Primary:
		return "ip"
	case g.Inactive:
		return "i"
	case g.Primary:
		return "p"
	}
	return "a"
}

func hexOf(sum []byte) (text string) {
	for _, b := range sum {
		text += strconv.FormatUint(uint64(b), 16) + "."
	}
	return text[:len(text)-1]
}

func versionAt(at time.Time) Version { return Version(strconv.FormatInt(at.UnixMicro(), 36)) }

// nextUpdate returns when a change counts from, always later than the one before it, however quickly it follows and
// whichever node's clock says so: it is the version.
func nextUpdate(was, now time.Time) time.Time {
	now = now.Truncate(time.Microsecond)
	if now.After(was) {
		return now
	}
	return was.Add(time.Microsecond)
}

// unlessSeen refuses a change by who has not seen the present state; "" is whoever does not mind.
func unlessSeen(seen, now Version) error {
	if seen == "" || seen == now {
		return nil
	}
	return fault.New(fault.Unmet, ReasonChangedMeanwhile, "It was changed meanwhile; read it again.")
}
