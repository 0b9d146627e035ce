package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// PersonRequest says what person to create.
type PersonRequest struct {
	Number       int64 // 0: one is made here
	Organisation tenant.ID
	Email        string
	Username     string // or none
	Name         string
}

// ServiceRequest says what service to create; its ID is made of its organisation and its name, which stay.
type ServiceRequest struct {
	Organisation tenant.ID
	Name         string
}

// CreatePerson adds a person to an organisation. It needs grant.ManageDirectory there. It fails with NotFound, Denied,
// Malformed, and Conflict when the number or e-mail is taken in the installation or the user name in the organisation:
// who is told so learns that there is such a person, though not where, and the try is recorded.
func (a *Authority) CreatePerson(ctx context.Context, by Actor, r PersonRequest) (Principal, error) {
	now := a.store.Now()
	if r.Number == 0 {
		r.Number = newNumber(now)
	}
	p := Principal{ID: grant.Person(r.Number), Organisation: r.Organisation, Email: r.Email, Username: r.Username, Name: r.Name}
	if r.Number < 0 {
		return Principal{}, a.malformed(ctx, by, audit.PutPrincipal, fault.BadParameter("id", "A person has a number from 1."))
	}
	return a.createPrincipal(ctx, by, p, now)
}

// CreateService adds a service to an organisation. It needs grant.ManageDirectory there and fails like CreatePerson.
func (a *Authority) CreateService(ctx context.Context, by Actor, r ServiceRequest) (Principal, error) {
	name, err := checkText("name", r.Name)
	if err != nil {
		return Principal{}, a.malformed(ctx, by, audit.PutPrincipal, err)
	}
	p := Principal{ID: grant.Service(r.Organisation.Key() + "/" + name), Organisation: r.Organisation, Name: name}
	return a.createPrincipal(ctx, by, p, a.store.Now())
}

func (a *Authority) createPrincipal(ctx context.Context, by Actor, p Principal, now time.Time) (Principal, error) {
	p.Status = Active
	p.CreatedAt, p.CreatedBy = nextUpdatedAt(time.Time{}, now), by.Principal().ID
	p.UpdatedAt, p.UpdatedBy = p.CreatedAt, p.CreatedBy
	if err := checkPrincipalText(&p); err != nil {
		return Principal{}, a.malformed(ctx, by, audit.PutPrincipal, err)
	}
	err := a.changeDirectory(ctx, by, directoryAct{
		act: audit.PutPrincipal,
		judge: func(ctx context.Context, v View) error {
			if p.Organisation.Kind() != tenant.KindOrganisation {
				return fault.New(fault.NotFound, ReasonOutside, "There is no such organisation.")
			}
			_, err := by.managed(ctx, v, p.Organisation)
			return err
		},
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) error {
			rows, err := tx.Principals(ctx, []grant.PrincipalID{p.ID})
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				return taken("id", "There is such a person or service already.")
			}
			if err := freeNames(ctx, tx, p); err != nil {
				return err
			}
			tx.PutPrincipal(p)
			a.made(tx, by, string(p.ID))
			record(by.principalEvent(p, "created", ""))
			return nil
		},
	})
	if err != nil {
		return Principal{}, err
	}
	return p, nil
}

// checkPrincipalText refuses what no directory could say of a person or service.
func checkPrincipalText(p *Principal) (err error) {
	if p.Name, err = checkText("name", p.Name); err != nil || !p.ID.IsPerson() {
		return err
	}
	if p.Email, err = checkText("email", p.Email); err != nil {
		return err
	}
	if _, ok := CheckEmail(p.Email); !ok {
		return badText("email", "is none; write it as name@example.com")
	}
	if p.Username == "" {
		return nil
	}
	if p.Username, err = checkText("username", p.Username); err != nil {
		return err
	}
	if _, ok := CheckUsername(p.Username); !ok {
		return badText("username", "cannot be one; write it without @ and control characters")
	}
	return nil
}

// freeNames refuses log-in names that another person has. The store refuses them too, but does not say which.
func freeNames(ctx context.Context, v View, p Principal) error {
	email, _ := Canonical(p.Email)
	username, _ := Canonical(p.Username)
	if email != "" {
		other, err := v.StandingByEmail(ctx, email)
		if err = besides(p.ID, &other, err, taken("email", "Another person has this e-mail.")); err != nil {
			return err
		}
	}
	if username == "" {
		return nil
	}
	_, other, err := v.PasswordByUsername(ctx, p.Organisation, username)
	return besides(p.ID, other, err, taken("username", "Another person of the organisation has this user name."))
}

// besides returns refused when somebody else was found.
func besides(self grant.PrincipalID, found *Standing, err, refused error) error {
	switch {
	case err != nil && fault.KindOf(err) == fault.NotFound:
		return nil
	case err != nil:
		return err
	case found.Principal.ID != self:
		return refused
	}
	return nil
}
