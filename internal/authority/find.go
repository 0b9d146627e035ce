package authority

import (
	"context"
	"strconv"
	"strings"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// FindPrincipal returns the person or service that an operator means: "person:3", "3", an e-mail, or
// "service:ORGANISATION/NAME". It fails with NotFound, also for who is outside the actor's reach.
func (a *Authority) FindPrincipal(ctx context.Context, by Actor, name string) (Standing, error) {
	var found Standing
	err := a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		found, err = findPrincipal(ctx, v, name)
		return err
	})
	if err == nil && !by.maySee(found) {
		err = fault.New(fault.NotFound, ReasonOutside, "")
	}
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return Standing{}, fault.New(fault.NotFound, fault.ReasonOf(err), "There is no person or service "+strconv.Quote(name)+".")
	}
	return found, err
}

func findPrincipal(ctx context.Context, v View, name string) (Standing, error) {
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

// maySee reports whether the actor may read what is stored of a principal.
func (by Actor) maySee(s Standing) bool {
	path := s.Path(s.Principal.Organisation)
	if path == nil {
		path = tenant.Path{{ID: tenant.Installation}}
	}
	return by.may(grant.ReadDirectory, path)
}
