package authority

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// Dialects are the names of the protocols that a credential can be restricted to.
var Dialects = []string{"alephee", "pulse", "activeplatform", "crmcom", "oauth", "gateway", "native"}

// LimitedRoutes are the names of what a credential can have a limit of its own on.
var LimitedRoutes = []string{"logintoken", "accounts", "users", "v1", "v1-verify"}

// maxLimit bounds a credential's own limit, in requests a minute.
const maxLimit = 999_999

// refusedManage returns why an actor may not issue or end the credentials of a principal, or nil. Whoever manages
// somebody's credentials could act as that principal, so it must have no less than the principal wherever that is
// granted anything. What is out of reach does not exist for it (promise G8).
func (a *Authority) refusedManage(by Actor, holder Standing) error {
	switch {
	case by.actingBy != "":
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot manage credentials.")
	case by.credential().narrow():
		// A credential without those bounds would free its holder of them.
		return fault.New(fault.Denied, ReasonNoPermission, "A restricted credential cannot manage others.")
	case !by.covers(grant.ManageCredential, holder), !by.hasNoLessThan(holder, a.heldOf(&holder)):
		return fault.New(fault.NotFound, ReasonOutside, "There is no such credential or holder.")
	}
	return nil
}

// covers reports whether the actor has a permission wherever a principal is granted something; for one without any
// grant, at its organisation.
func (by Actor) covers(p grant.Permission, s Standing) bool {
	if by.may(p, root) {
		return true
	}
	if len(s.Grants) == 0 {
		return by.may(p, s.Path(s.Principal.Organisation))
	}
	return !slices.ContainsFunc(s.Grants, func(g grant.Grant) bool { return !by.may(p, s.Path(g.Tenant)) })
}

// checkName refuses what people could not read in a list of credentials.
func checkName(name string) error {
	if name == "" || len(name) > MaxNameLength || !utf8.ValidString(name) {
		return fault.BadParameter("name", "A name has 1 to 254 bytes of UTF-8.")
	}
	for _, r := range name {
		if unicode.Is(unicode.C, r) {
			return fault.BadParameter("name", "A name has no control characters and none that turn the direction of text.")
		}
	}
	return nil
}

// checkRestriction refuses names that nothing has: the credential would work nowhere, or without the limit.
func (r IssueRequest) checkRestriction() error {
	for _, name := range r.Dialects {
		if !slices.Contains(Dialects, name) {
			return fault.BadParameter("dialects", "A dialect is one of "+strings.Join(Dialects, ", ")+".")
		}
	}
	for name, perMinute := range r.Limits {
		if !slices.Contains(LimitedRoutes, name) || perMinute < 1 || perMinute > maxLimit {
			return fault.BadParameter("limits", "A limit is from 1 to 999999 requests a minute on one of "+strings.Join(LimitedRoutes, ", ")+".")
		}
	}
	return checkKeyPermissions(r.Permissions)
}

// checkKeyPermissions refuses what is no name of a permission.
func checkKeyPermissions(permissions []grant.Permission) error {
	for _, p := range permissions {
		if checkName(string(p)) != nil || strings.ContainsRune(string(p), ' ') {
			return fault.BadParameter("permissions", "A permission is a name of 1 to 254 bytes without spaces.")
		}
	}
	return nil
}

// checkExpiry refuses an end that is no future time of this century.
func checkExpiry(at, now time.Time) error {
	if !at.IsZero() && (!at.After(now) || at.Year() > 9999) {
		return fault.BadParameter("expires_at", "The end must be in the future.")
	}
	return nil
}

// checkTenants refuses a restriction to a tenant that does not exist or is out of the actor's reach: the credential
// would work nowhere, and nobody learns what there is elsewhere (promise G8).
func (a *Authority) checkTenants(ctx context.Context, by Actor, ids []tenant.ID) error {
	for _, id := range ids {
		path, err := a.path(ctx, id)
		if err != nil {
			return err
		}
		if !by.may(grant.ManageCredential, path) {
			return fault.New(fault.NotFound, ReasonUnknown, "There is no tenant "+strconv.Quote(string(id))+".")
		}
	}
	return nil
}

// hasEnded is the refusal of a change to a credential that is over.
func hasEnded(reason string) error {
	return fault.New(fault.Conflict, reason, "The credential has ended; issue a new one.")
}
