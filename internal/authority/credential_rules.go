package authority

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// refusedManage returns why an actor may not issue or end the credentials of a principal, or nil. Whoever manages
// somebody's credentials could act as that principal, so it must have no less than the principal wherever that is
// granted anything. What is out of reach does not exist for it (promise G8).
func (a *Authority) refusedManage(by Actor, holder Standing) error {
	switch {
	case by.actingBy != "":
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot manage credentials.")
	case by.credential.narrow():
		// A credential without those bounds would free its holder of them.
		return fault.New(fault.Denied, ReasonNoPermission, "A restricted credential cannot manage others.")
	case !by.covers(grant.ManageCredential, holder), !by.hasNoLessThan(holder, a.heldOf(holder)):
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

// checkExpiry refuses an end that is no future time of this century.
func checkExpiry(at, now time.Time) error {
	if !at.IsZero() && (!at.After(now) || at.Year() > 9999) {
		return fault.BadParameter("expires_at", "The end must be in the future.")
	}
	return nil
}

// checkTenants refuses a restriction to a tenant that does not exist: the credential would work nowhere.
func (a *Authority) checkTenants(ctx context.Context, ids []tenant.ID) error {
	return a.store.View(ctx, func(ctx context.Context, v View) error {
		rows, err := v.Tenants(ctx, ids)
		known := keyed(rows, tenantID)
		for _, id := range ids {
			if _, ok := known[id]; !ok && err == nil {
				err = fault.New(fault.NotFound, ReasonUnknown, "There is no tenant "+strconv.Quote(string(id))+".")
			}
		}
		return err
	})
}

// hasEnded is the refusal of a change to a credential that is over.
func hasEnded(reason string) error {
	return fault.New(fault.Conflict, reason, "The credential has ended; issue a new one.")
}
