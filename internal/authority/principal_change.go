package authority

import (
	"context"
	"strings"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

// PrincipalChange says what to change of a person or service; nil leaves it as it is.
type PrincipalChange struct {
	Match    Match   // the versions that it was decided by
	Email    *string // of a person
	Username *string // of a person; "" takes it away
	Name     *string // of a person
	Status   *Status // Active, Inactive or Deleted, by the directory: a command's suspension stays beside it
}

// ChangePrincipal changes a person or service, also one that is deleted: nothing of it goes, so that its events keep
// their meaning and its names stay its own. It needs grant.ManageDirectory at the principal's organisation and wherever
// the principal is granted something. It fails with NotFound, Denied, Malformed, Conflict (e-mail, user name), and Unmet
// when the principal is not as it was seen.
func (a *Authority) ChangePrincipal(ctx context.Context, by Actor, id grant.PrincipalID, change PrincipalChange) (Principal, error) {
	var have Standing
	var next Principal
	err := a.changeDirectory(ctx, by, directoryAct{
		act: audit.PutPrincipal,
		judge: func(ctx context.Context, v View) (err error) {
			have, err = by.managedPrincipal(ctx, v, id)
			return err
		},
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) error {
			if err := change.Match.check(have.Principal.UpdatedAt); err != nil {
				return err
			}
			var err error
			if next, err = change.of(have.Principal); err != nil {
				return err
			}
			names := next.changes(have.Principal)
			if len(names) == 0 {
				return nil
			}
			if err := freeNames(ctx, tx, next); err != nil {
				return err
			}
			next.UpdatedAt, next.UpdatedBy = nextUpdatedAt(next.UpdatedAt, a.store.Now()), by.Principal().ID
			tx.PutPrincipal(next)
			tx.Publish(FeedPrincipal, string(id))
			record(by.principalEvent(next, "updated", strings.Join(names, ",")))
			return nil
		},
	})
	if err != nil {
		return Principal{}, err
	}
	return next, nil
}

// DeletePrincipal is ChangePrincipal to Deleted.
func (a *Authority) DeletePrincipal(ctx context.Context, by Actor, id grant.PrincipalID, match Match) error {
	deleted := Deleted
	_, err := a.ChangePrincipal(ctx, by, id, PrincipalChange{Match: match, Status: &deleted})
	return err
}

// of returns the principal as it should be.
func (change PrincipalChange) of(p Principal) (Principal, error) {
	if !p.ID.IsPerson() && (change.Email != nil || change.Username != nil || change.Name != nil) {
		return p, fault.BadParameter("name", "A service is known by its name, which stays, and has no e-mail.")
	}
	if change.Email != nil {
		p.Email = *change.Email
	}
	if change.Username != nil {
		p.Username = *change.Username
	}
	if change.Name != nil {
		p.Name = *change.Name
	}
	if change.Status != nil {
		p.Status = *change.Status
	}
	if p.Status != Active && p.Status != Inactive && p.Status != Deleted {
		return p, fault.BadParameter("status", "A person or service is active, inactive or deleted.")
	}
	err := checkPrincipalText(&p)
	return p, err
}

// seesPrincipal reports whether the actor may know of a principal: it reads the directory at the principal's organisation, or
// wherever the principal is granted something.
func (by Actor) seesPrincipal(s Standing) bool {
	return by.may(grant.ReadDirectory, s.home()) || by.covers(grant.ReadDirectory, s)
}

// managedPrincipal returns a principal that the actor manages: at home, and wherever it is granted something, so that
// nobody takes an operator of more than itself over by changing the e-mail.
func (by Actor) managedPrincipal(ctx context.Context, v View, id grant.PrincipalID) (Standing, error) {
	found, err := by.knownPrincipal(ctx, v, id)
	if err == nil && !(by.may(grant.ManageDirectory, found.home()) && by.covers(grant.ManageDirectory, found)) {
		return Standing{}, noManager()
	}
	return found, err
}

// knownPrincipal returns a principal that the actor may know of; anybody else is as one that does not exist.
func (by Actor) knownPrincipal(ctx context.Context, v View, id grant.PrincipalID) (Standing, error) {
	found, err := v.Standing(ctx, id)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Standing{}, err
	}
	if err != nil || !by.seesPrincipal(found) {
		return Standing{}, fault.New(fault.NotFound, ReasonOutside, "There is no such person or service.")
	}
	return found, nil
}
