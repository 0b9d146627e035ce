package authority

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Origin says where a request came from; it goes into every event.
type Origin struct {
	Dialect string
	Request string // request id
	Source  netip.Addr
}

// Actor is a principal acting now, as authenticated for this request. Only this
// package makes one; the zero Actor may do nothing.
type Actor struct {
	origin     Origin
	stands     *Standing // shared, and never changed; nil: nobody was authenticated
	held       []grant.Held
	proved     *Credential // the same; nil: it came without any
	session    SessionID
	actingBy   grant.PrincipalID // who acts as the principal, in an acting session
	handedOver bool              // its session was redeemed from a login token
	own        bool              // Doorward itself: its command line or its hand-off page
	repeat     *Repeat           // what it asks with an idempotency key, or nil
}

// IsZero reports whether nobody was authenticated.
func (by Actor) IsZero() bool { return by.standing().Principal.ID == "" }

// standing returns the standing of who acts, or nobody's.
func (by Actor) standing() *Standing { return cmp.Or(by.stands, noStanding) }

// credential returns what the actor proved itself with, or none.
func (by Actor) credential() *Credential { return cmp.Or(by.proved, noCredential) }

// They are shared and stay so.
var noStanding, noCredential = &Standing{}, &Credential{}

// Origin returns where the actor's request came from.
func (by Actor) Origin() Origin { return by.origin }

// Principal returns who acts, or as whom somebody acts.
func (by Actor) Principal() Principal { return by.standing().Principal }

// Standing returns what decides what the actor may do.
func (by Actor) Standing() Standing { return *by.standing() }

// Credential returns what the actor proved itself with.
func (by Actor) Credential() Credential { return *by.credential() }

// MayAnywhere reports whether the actor has the permission at any tenant at all.
func (by Actor) MayAnywhere(p grant.Permission) bool {
	return by.unrestricted(p) && grant.AllowsSomewhere(by.held, p)
}

// may reports whether the actor has the permission at the tenant of path; nobody has any at no tenant.
func (by Actor) may(p grant.Permission, path tenant.Path) bool {
	if by.IsZero() || len(path) == 0 {
		return false
	}
	if by.own {
		return true
	}
	_, ok := grant.Allows(by.counting(p, path), p, path)
	return ok && by.unrestricted(p) && by.credential().reaches(path)
}

// counting returns the grants that give a permission at the tenant of path: who is suspended with the tenant of its grant
// manages nothing there, least of all that it goes on.
func (by Actor) counting(p grant.Permission, path tenant.Path) []grant.Held {
	if _, suspended := path.Suspended(); !suspended || !slices.Contains(managing, p) {
		return by.held
	}
	return slices.DeleteFunc(slices.Clone(by.held), func(h grant.Held) bool {
		_, suspended := path.From(h.Tenant).Suspended()
		return suspended
	})
}

// managing are the permissions to change what others may.
var managing = []grant.Permission{grant.ManageDirectory, grant.ManageCredential, grant.CloseSession}

// unrestricted reports whether what the actor came with lets a permission through. A session that a person was handed over
// with is in the hands of an audience, which is no place to manage us from, whatever the person may.
func (by Actor) unrestricted(p grant.Permission) bool {
	if by.handedOver && p.IsOwn() {
		return false
	}
	return by.credential().Permissions == nil || slices.Contains(by.credential().Permissions, p)
}

func (r *Restriction) reaches(path tenant.Path) bool {
	return r.Tenants == nil || slices.ContainsFunc(r.Tenants, path.Within)
}

// event returns the record of an act by this actor, to be completed by the act.
func (by Actor) event(act audit.Act) audit.Event {
	e := by.origin.event(act)
	e.Actor, e.Session = by.standing().Principal.ID, secret.ID(by.session)
	e.Credential = secret.ID(by.credential().ID)
	if by.actingBy != "" {
		e.Actor, e.ActingFor = by.actingBy, by.standing().Principal.ID
	}
	return e
}

func (o Origin) event(act audit.Act) audit.Event {
	return audit.Event{Act: act, Outcome: audit.Done, Dialect: o.Dialect, Request: o.Request, Source: o.Source, Count: 1}
}

// CommandLine returns the operator at the machine itself, who may do everything: whoever can
// run Doorward on its data directory already holds all it protects.
func CommandLine(origin Origin) Actor { return ownActor(origin, "doorward/command-line") }

// HandoffPage returns Doorward's own page, which redeems for the portals that it serves.
func HandoffPage(origin Origin) Actor { return ownActor(origin, "doorward/hand-off") }

func ownActor(origin Origin, service string) Actor {
	p := Principal{ID: grant.Service(service), Name: service, Status: Active}
	return Actor{origin: origin, own: true, stands: &Standing{Principal: p}}
}
