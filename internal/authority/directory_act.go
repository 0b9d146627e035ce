package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// directoryAct is an act on one object of the directory.
type directoryAct struct {
	act   audit.Act
	judge func(ctx context.Context, v View) error // why the actor may not, or what is not there
	write func(ctx context.Context, tx Tx, record func(audit.Event)) error
}

// changeDirectory is the way through the one door for acts on single objects of the directory. judge runs twice: before,
// so that a refusal costs no lock and is recorded, and within the change once nobody else changes the directory any
// more, so that what was decided still holds when it is written.
func (a *Authority) changeDirectory(ctx context.Context, by Actor, d directoryAct) error {
	refused := by.refusedActing()
	if refused == nil && !by.IsZero() {
		if err := a.store.View(ctx, d.judge); isRefusal(err) {
			refused = err
		} else if err != nil {
			return err
		}
	}
	err := a.actMany(ctx, by, d.act, refused, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		if err := tx.LockDirectory(ctx); err != nil {
			return err
		}
		if err := d.judge(ctx, tx); err != nil {
			return err
		}
		return d.write(ctx, tx, record)
	})
	if refused == nil && fault.ReasonOf(err) == ReasonTaken {
		// It tells that something exists, perhaps elsewhere: whoever tries many is seen.
		return a.refuse(ctx, by.event(d.act), err)
	}
	return err
}

func isRefusal(err error) bool {
	if err == nil {
		return false
	}
	kind := fault.KindOf(err)
	return kind == fault.Denied || kind == fault.NotFound
}

func (by Actor) refusedActing() error {
	if by.actingBy != "" {
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot change the directory.")
	}
	return nil
}

// managed returns the lineage of a tenant whose directory the actor manages. One that it may not even read is as one
// that does not exist (promise G8).
func (by Actor) managed(ctx context.Context, v View, at tenant.ID) ([]*Tenant, error) {
	lineage, err := v.Lineage(ctx, at)
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil, err == nil && !by.mayRead(lineage):
		return nil, fault.New(fault.NotFound, ReasonOutside, "There is no such tenant.")
	case err != nil:
		return nil, err
	case !by.may(grant.ManageDirectory, pathOf(lineage)):
		return nil, noManager()
	}
	return lineage, nil
}

func noManager() error {
	return fault.New(fault.Denied, ReasonNoPermission, "This needs an operator there.")
}

// taken refuses what only one may have.
func taken(parameter, message string) error {
	return &fault.Error{Kind: fault.Conflict, Reason: ReasonTaken, Parameter: parameter, Message: message}
}

// badText refuses a text of the directory in the words of its file.
func badText(parameter, wrong string) error {
	return fault.BadParameter(parameter, "The "+parameter+" "+wrong+".")
}

// checkText returns a text as it is kept.
func checkText(parameter, text string) (string, error) {
	normal, wrong := CheckText(text, MaxNameLength)
	if wrong != "" {
		return "", badText(parameter, wrong)
	}
	return normal, nil
}
