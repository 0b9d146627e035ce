package authority

import (
	"cmp"
	"context"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Pass is what a gateway demands of a request before it lets it through to what is behind it.
type Pass struct {
	Token       secret.Text
	Proof       secret.Text        // of possession of the key that the token is bound to (RFC 9449), or zero
	Method      string             // of the request, as its client sent it
	URL         string             // absolute, as its client sees it; needed with a proof only
	Kept        bool               // a browser kept it in a cookie: an old one is no guess
	Audience    AudienceID         // it was made for this one; 0: for the installation itself
	Permissions []grant.Permission // the subject has each of them where the request is about
	Account     tenant.ID          // the one that the request names; empty: the session's own, else the primary one
	InAccount   bool               // the request must be about an account
	Acting      ActingRule
	Changes     bool // it may change something, whatever its method
}

// ActingRule says what a session may be used for in which somebody acts for the subject.
type ActingRule int

// The rules for acting sessions. The zero value lets them read.
const (
	ActingReads ActingRule = iota
	ActingAllowed
	ActingRefused
)

// Admission is who was let through, and where the request is about.
type Admission struct {
	SessionFacts
	At          Tenant             // the account, or the zero Tenant
	Permissions []grant.Permission // the platform's own that count there
	Identity    secret.Text        // all this, signed for the audience, for a minute
}

// Admit decides whether a request may pass a gateway. It fails with Unauthenticated for a token that does not count or
// is another audience's, with TooMany for one of many unknown ones, and with Denied, which it records, for what this
// session may not do.
func (a *Authority) Admit(ctx context.Context, from Origin, p Pass) (Admission, error) {
	by, v, err := a.admitted(ctx, from, p)
	if err != nil {
		return Admission{}, err
	}
	m, refused := a.pass(by, v.Session, p)
	if refused != nil {
		e := by.event(audit.PassGateway)
		e.Tenant, e.Audience = cmp.Or(p.Account, v.Session.Account), int64(p.Audience)
		return Admission{}, a.refuse(ctx, e, refused)
	}
	admission := Admission{SessionFacts: v.SessionFacts, At: m.Account, Permissions: m.Permissions}
	if admission.Identity, err = a.SignIdentity(ctx, admission, v.Session.Audience); err != nil {
		return Admission{}, err
	}
	a.noteUse(&v.Session)
	return admission, nil
}

// admitted returns who presents a session or an access token that counts, was made for the gateway's audience and is in
// the hands of whom it was made for.
func (a *Authority) admitted(ctx context.Context, from Origin, p Pass) (Actor, Verdict, error) {
	v, err := a.Verify(ctx, from, p.Token)
	if err != nil {
		return Actor{}, v, err
	}
	if reason := v.refusalAt(from, p); reason != "" {
		if v.Valid() {
			if err := a.inVain(ctx, &v); err != nil {
				return Actor{}, v, err
			}
		}
		refusal := fault.New(fault.Unauthenticated, reason, "The token is not valid here.")
		if reason == ReasonUnknown && !p.Kept {
			return Actor{}, v, a.unknownToken(ctx, from, refusal)
		}
		return Actor{}, v, refusal
	}
	return a.actorOf(from, &v.SessionFacts), v, a.prove(&v, p.Token, Possession{p.Proof, p.Method, p.URL})
}

// refusalAt returns why a token does not count at a gateway, or "".
func (v *Verdict) refusalAt(from Origin, p Pass) string {
	switch {
	case !v.Valid():
		return v.Reason
	case v.Session.Audience != p.Audience:
		return ReasonOtherAudience
	case v.Session.Kind == SignedIn:
		return v.refusalFrom(from)
	}
	return ""
}

// pass returns where the request of a session that counts is about, or why it may not pass.
func (a *Authority) pass(by Actor, s Session, p Pass) (Membership, error) {
	if refused := p.refusedActing(s); refused != nil {
		return Membership{}, refused
	}
	m, path, refused := a.passAt(by, s, p)
	if refused != nil {
		return Membership{}, refused
	}
	for _, wanted := range p.Permissions {
		if !by.may(wanted, path) {
			return Membership{}, fault.New(fault.Denied, ReasonNoPermission, "The session does not have the permission.")
		}
	}
	return m, nil
}

func (p Pass) refusedActing(s Session) error {
	if s.Actor == "" || p.Acting == ActingAllowed || p.Acting == ActingReads && !p.Changes && isSafe(p.Method) {
		return nil
	}
	return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot do this.")
}

// isSafe reports whether a method changes nothing (RFC 9110 §9.2.1). Methods have letter case.
func isSafe(method string) bool {
	return slices.Contains([]string{"GET", "HEAD", "OPTIONS", "TRACE"}, method)
}

// passAt finds the account that a request is about: the session's own, which the request may name but not replace; else
// the one that it names, else the primary one, out of those that the subject works in. Without any it is about the unit
// or the organisation that the session is in.
func (a *Authority) passAt(by Actor, s Session, p Pass) (Membership, tenant.Path, error) {
	wanted := p.Account
	if s.Account != "" {
		if wanted != "" && wanted != s.Account {
			return Membership{}, nil, notTheirs()
		}
		wanted = s.Account
	}
	m, ok := a.membershipOf(by, wanted)
	switch {
	case ok:
		return m, by.standing().Path(m.Account.ID), nil
	case wanted != "" || p.InAccount:
		return Membership{}, nil, notTheirs()
	}
	return Membership{}, by.standing().Path(cmp.Or(s.Unit, s.Organisation)), nil
}

func notTheirs() error {
	return fault.New(fault.Denied, ReasonOutside, "The account is not one of this session's.")
}

// membershipOf returns what the actor is in an account where it works, or in its primary one for the empty ID.
func (a *Authority) membershipOf(by Actor, account tenant.ID) (Membership, bool) {
	if account == "" {
		all := a.Memberships(by)
		i := slices.IndexFunc(all, func(m Membership) bool { return m.Primary })
		if i < 0 {
			return Membership{}, false
		}
		return all[i], true
	}
	accounts, _ := by.standing().accounts()
	path := by.standing().Path(account)
	if _, suspended := path.Suspended(); suspended || len(path) == 0 || !slices.Contains(accounts, account) || !by.credential().reaches(path) {
		return Membership{}, false
	}
	return by.membership(path, by.platformRoles()), true
}
