package authority

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// CreateAudience adds a relying module with the service that its back end is; the service's credentials are issued like
// any. It needs grant.ManageDirectory at the installation. It fails with Denied, Malformed, and Conflict when there is
// one of its number.
func (a *Authority) CreateAudience(ctx context.Context, by Actor, made Audience) (Audience, error) {
	now := a.store.Now()
	if made.ID == 0 {
		made.ID = AudienceID(newNumber(now))
	}
	made.CreatedAt = nextUpdatedAt(time.Time{}, now)
	made.UpdatedAt = made.CreatedAt
	if err := checkAudience(&made); err != nil {
		return Audience{}, a.malformed(ctx, by, audit.PutAudience, err)
	}
	err := a.changeDirectory(ctx, by, directoryAct{
		act:   audit.PutAudience,
		judge: func(context.Context, View) error { return by.refusedDirectory() },
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) error {
			_, err := tx.Audience(ctx, made.ID)
			if err == nil {
				return taken("id", "There is an audience of this number already.")
			}
			if fault.KindOf(err) != fault.NotFound {
				return err
			}
			if err := freeResource(ctx, tx, made); err != nil {
				return err
			}
			tx.PutAudience(made)
			a.made(tx, by, made.ID.String())
			record(by.audienceEvent(made, "created"))
			return a.createModule(ctx, by, tx, record, made)
		},
	})
	if err != nil {
		return Audience{}, err
	}
	return made, nil
}

// createModule adds the service that an audience's back end proves itself as, unless a directory file had it before.
func (a *Authority) createModule(ctx context.Context, by Actor, tx Tx, record func(audit.Event), of Audience) error {
	p := Principal{ID: serviceOf(of.ID), Name: of.Name, Status: Active, CreatedAt: of.CreatedAt, CreatedBy: by.Principal().ID}
	p.UpdatedAt, p.UpdatedBy = p.CreatedAt, p.CreatedBy
	rows, err := tx.Principals(ctx, []grant.PrincipalID{p.ID})
	if err != nil || len(rows) > 0 {
		return err
	}
	tx.PutPrincipal(p)
	record(by.principalEvent(p, "created", ""))
	g := grant.Grant{Principal: p.ID, Tenant: tenant.Installation, Role: grant.RelyingModule, Position: a.store.Now().UnixMicro()}
	grantWriter{by: by, tx: tx, record: record}.put(g, by.grantEvent(audit.PutGrant, g, "created"))
	return nil
}

// serviceOf returns the service that an audience's back end is.
func serviceOf(id AudienceID) grant.PrincipalID { return grant.Service("audience/" + id.String()) }

// audienceOf returns the audience whose back end a principal is, or 0.
func audienceOf(id grant.PrincipalID) AudienceID {
	number, ok := strings.CutPrefix(string(id), string(grant.Service("audience/")))
	n, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return AudienceID(n)
}

// ChangeAudience lets change alter an audience of the versions that it was decided by. It needs
// grant.ManageDirectory at the installation. It fails with Denied, NotFound, Malformed, and Unmet when the audience is
// not as it was seen. change may run more than once.
func (a *Authority) ChangeAudience(ctx context.Context, by Actor, id AudienceID, match Match, change func(*Audience)) (next Audience, err error) {
	err = a.changeDirectory(ctx, by, directoryAct{
		act:   audit.PutAudience,
		judge: func(context.Context, View) error { return by.refusedDirectory() },
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) error {
			have, err := tx.Audience(ctx, id)
			if err != nil {
				return err
			}
			if err := match.check(have.UpdatedAt); err != nil {
				return err
			}
			next = have
			change(&next)
			next.ID, next.CreatedAt, next.UpdatedAt = have.ID, have.CreatedAt, have.UpdatedAt
			if err := checkAudience(&next); err != nil || next == have {
				return err
			}
			if err := freeResource(ctx, tx, next); err != nil {
				return err
			}
			next.UpdatedAt = nextUpdatedAt(have.UpdatedAt, a.store.Now())
			tx.PutAudience(next)
			tx.Publish(FeedAudience, id.String())
			record(by.audienceEvent(next, "updated"))
			return nil
		},
	})
	if err != nil {
		return Audience{}, err
	}
	return next, nil
}

// checkAudience refuses what no directory could say of an audience.
func checkAudience(a *Audience) (err error) {
	if a.Name, err = checkText("name", a.Name); err != nil {
		return err
	}
	switch {
	case a.ID < 0:
		return fault.BadParameter("id", "An audience has a number from 1.")
	case a.Kind != Portal && a.Kind != API:
		return fault.BadParameter("kind", "An audience is a portal or an api.")
	case a.Kind == Portal && a.URL == "", a.URL != "" && !strings.Contains(a.URL, "{token}"):
		return badText("url", "has no {token} where the page reads the login token")
	case !isTemplate(a.URL, LandingPlaceholders):
		return badText("url", "is none; begin it with {portal}, {installation}, https:// or http://, with known placeholders only")
	case !isTemplate(a.Home, HomePlaceholders):
		return badText("home", "is none; begin it with {portal}, {installation}, https:// or http://, with known placeholders only")
	case a.Resource != "" && (!IsResource(a.Resource) || len(a.Resource) > MaxURLLength || strings.ContainsFunc(a.Resource, Disturbs)):
		return badText("resource", "is no absolute URI without a fragment")
	case !a.Lifetime.InOrder():
		return fault.BadParameter("lifetime", "It must be that 5s ≤ min ≤ default ≤ max ≤ 15m, in whole seconds.")
	}
	return a.Access.check()
}

func (t AccessTokens) check() error {
	known := []secret.Algorithm{"", secret.ES256, secret.EdDSA, secret.RS256}
	switch {
	case t.Format != "" && t.Format != JWT && t.Format != Opaque:
		return fault.BadParameter("access_token", "The format of access tokens is jwt or opaque.")
	case !slices.Contains(known, t.Algorithm):
		return fault.BadParameter("access_token", "Access tokens are signed by ES256, EdDSA or RS256.")
	case t.Lifetime != 0 && (t.Lifetime < ShortestAccess || t.Lifetime > LongestAccess || t.Lifetime%time.Second != 0):
		return fault.BadParameter("access_token", "An access token lives from 1m to 1h, in whole seconds.")
	}
	return nil
}

// freeResource refuses a resource that another audience has.
func freeResource(ctx context.Context, v View, a Audience) error {
	all, err := v.Audiences(ctx)
	for _, other := range all {
		if a.Resource != "" && other.Resource == a.Resource && other.ID != a.ID {
			return taken("resource", "Another audience has this resource.")
		}
	}
	return err
}

func isTemplate(text string, known []string) bool {
	if text == "" {
		return true
	}
	normal, wrong := CheckText(text, MaxURLLength)
	return wrong == "" && normal == text && UnknownPlaceholder(text, known) == "" && IsURLTemplate(text)
}
