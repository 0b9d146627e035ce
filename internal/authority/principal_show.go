package authority

import (
	"context"

	"github.com/doorward/doorward/internal/grant"
)

// PrincipalReport is a principal with all that an operator asks about it.
type PrincipalReport struct {
	Standing
	Refusal     string // why the principal does not count now, or empty
	Credentials []ListedCredential
	Live        Ends // what suspending the principal ends
}

// ShowPrincipal reports on a person or service by a name that FindPrincipal knows. It needs grant.ReadDirectory at the
// principal's organisation and fails with NotFound.
func (a *Authority) ShowPrincipal(ctx context.Context, by Actor, name string) (PrincipalReport, error) {
	found, err := a.FindPrincipal(ctx, by, name)
	if err != nil {
		return PrincipalReport{}, err
	}
	r := PrincipalReport{Standing: found, Refusal: found.refusal()}
	if r.Credentials, err = a.credentialsOf(ctx, found.Principal.ID); err != nil {
		return PrincipalReport{}, err
	}
	r.Live, err = a.countLive(ctx, SessionFilter{Principal: found.Principal.ID})
	return r, err
}

func (a *Authority) credentialsOf(ctx context.Context, id grant.PrincipalID) (listed []ListedCredential, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		owned, err := v.CredentialsOf(ctx, []grant.PrincipalID{id})
		if err == nil {
			listed, err = withUses(ctx, v, owned, a.store.Now())
		}
		return err
	})
	return listed, err
}

// GrantRefusal returns why a grant of the principal does not count now, or "".
func (r PrincipalReport) GrantRefusal(g grant.Grant) string {
	if r.Refusal != "" {
		return r.Refusal
	}
	if g.Inactive {
		return ReasonInactive
	}
	if _, suspended := r.Path(g.Tenant).Suspended(); suspended {
		return ReasonTenantSuspended
	}
	return ""
}
