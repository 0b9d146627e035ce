package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// Directory is what a directory file says, checked and with all references resolved. Positions are its order.
type Directory struct {
	Audiences   []Audience
	Tenants     []Tenant // parents before children, without the installation
	Roles       []grant.Role
	People      []Principal
	Services    []Principal
	Grants      []grant.Grant
	Credentials []DirectoryCredential

	// WithoutSecrets says that it was written without manager keys and authentication codes: that it lacks
	// one says nothing.
	WithoutSecrets bool
}

// DirectoryCredential is a credential as a directory has it: in clear, or with a password already hashed elsewhere.
type DirectoryCredential struct {
	Credential             // ID, Lookup, Verifier and Weak are found by applying
	Key        secret.Text // what it is found by; none for a password
	Secret     secret.Text // what must match, of a key pair, a password or a pass code
	Stored     bool        // its secret is not in the directory: it is the one stored under its name or identifier
	Line       int         // of the directory file, for messages; 0: not known
}

// ApplyOptions are choices of one apply.
type ApplyOptions struct {
	ResetPasswords bool // set passwords and pass codes again where they differ
	// Progress is told the stage and how many entries were looked at so far; may be nil.
	Progress func(stage string, done, total int)
}

// ApplyReport says what an apply found and did.
type ApplyReport struct {
	Tenants, Roles, Audiences, Principals, Grants, Credentials Tally

	Left    []Leftover          // stored, but no longer in the directory; never deleted
	Revoked []Leftover          // in the directory, but revoked or rotated meanwhile: they stay so
	Held    []Leftover          // active by the directory, but suspended by command: they stay so
	Weak    []grant.PrincipalID // people whose password is too short

	WeakKeys []string // keys of the directory that are too short, by name
}

// Tally counts the entries of one kind.
type Tally struct{ Created, Updated, Ended, Unchanged int }

// Leftover is something stored that the directory and the store disagree on.
type Leftover struct {
	Kind string // tenant, role, audience, principal, grant or credential
	Name string // as the operator knows it, never a secret
}

// Changes returns how many entries an apply wrote: 0 says that the store was as the directory says.
func (r ApplyReport) Changes() int {
	n := 0
	for _, t := range []Tally{r.Tenants, r.Roles, r.Audiences, r.Principals, r.Grants, r.Credentials} {
		n += t.Created + t.Updated + t.Ended
	}
	return n
}

// Apply makes the store agree with a directory, and never deletes what left it. It needs grant.ManageDirectory at the
// installation. What differs is written in small transactions, each with its events, so that log-ins never wait long:
// an apply that failed has done part of its work, and the next one does the rest. It fails with Denied, and with
// Conflict when what is stored contradicts the directory.
func (a *Authority) Apply(ctx context.Context, by Actor, d Directory, o ApplyOptions) (ApplyReport, error) {
	if refused := by.refusedDirectory(); refused != nil || by.IsZero() {
		err := a.actMany(ctx, by, audit.ApplyDirectory, refused, nil)
		return ApplyReport{}, err
	}
	p := newApplication(a, by, d, o)
	for _, stage := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"secrets", p.checkStored},
		{"tenants", p.applyTenants},
		{"roles", p.applyRoles},
		{"audiences", p.applyAudiences},
		{"principals", p.applyPrincipals},
		{"grants", p.applyGrants},
		{"credentials", p.applyCredentials},
		{"what left", p.findLeft},
	} {
		p.stage = stage.name
		p.advance(0)
		if err := stage.do(ctx); err != nil {
			return p.report, err
		}
	}
	return p.report, nil
}

func (by Actor) refusedDirectory() error {
	if by.actingBy != "" {
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot change the directory.")
	}
	if !by.may(grant.ManageDirectory, root) {
		return needsOperator()
	}
	return nil
}

func needsOperator() error {
	return fault.New(fault.Denied, ReasonNoPermission, "This needs the operator of the installation.")
}
