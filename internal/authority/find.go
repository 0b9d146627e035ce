package authority

import (
	"context"
	"strconv"
	"strings"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// root is the path of the installation: what is allowed there is allowed everywhere.
var root = tenant.Path{{ID: tenant.Installation}}

// FindPrincipal returns the person or service that an operator means: "person:3", "3", an e-mail, or
// "service:ORGANISATION/NAME". It fails with NotFound, also for who is outside the actor's reach.
func (a *Authority) FindPrincipal(ctx context.Context, by Actor, name string) (Standing, error) {
	found, err := a.seenPrincipal(ctx, by, name)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return Standing{}, a.refuseRead(ctx, by, grant.ReadDirectory, "", err)
	}
	return found, err
}

// seenPrincipal finds who is within the actor's reach, and leaves it to its caller to record that somebody is not.
func (a *Authority) seenPrincipal(ctx context.Context, by Actor, name string) (Standing, error) {
	found, err := a.findPrincipal(ctx, name)
	if err == nil && !by.covers(grant.ReadDirectory, found) {
		return Standing{}, noSuchPrincipal(name, ReasonOutside)
	}
	return found, err
}

func (a *Authority) findPrincipal(ctx context.Context, name string) (found Standing, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		found, err = principalNamed(ctx, v, name)
		return err
	})
	if fault.KindOf(err) == fault.NotFound && err != nil {
		err = noSuchPrincipal(name, ReasonUnknown)
	}
	return found, err
}

func noSuchPrincipal(name, reason string) error {
	return fault.New(fault.NotFound, reason, "There is no person or service "+strconv.Quote(name)+".")
}

func principalNamed(ctx context.Context, v View, name string) (Standing, error) {
	if _, err := strconv.ParseUint(name, 10, 63); err == nil {
		name = "person:" + name
	}
	id := grant.PrincipalID(name)
	if id.IsPerson() || strings.HasPrefix(name, "service:") {
		return v.Standing(ctx, id)
	}
	canonical, ok := Canonical(name)
	if !ok || !IsEmail(canonical) {
		return Standing{}, fault.New(fault.NotFound, ReasonUnknown, "")
	}
	return v.StandingByEmail(ctx, canonical)
}

// home returns the path of the principal's organisation, the installation's for who belongs to none.
func (s *Standing) home() tenant.Path {
	if path := s.Path(s.Principal.Organisation); path != nil {
		return path
	}
	return root
}
