package native

import (
	"net/http"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

const (
	audiencesPath = "/v1/audiences"
	audiencePath  = audiencesPath + "/{audience}"
)

func (n native) audienceRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, audiencesPath, grant.ReadDirectory, n.listAudiences),
		n.route(http.MethodPost, audiencesPath, grant.ManageDirectory, n.createAudience),
		n.route(http.MethodGet, audiencePath, grant.ReadDirectory, n.showAudience),
		n.route(http.MethodPatch, audiencePath, grant.ManageDirectory, n.changeAudience),
	}
}

// listAudiences answers all audiences, by number.
func (n native) listAudiences(c *dialect.Call) error {
	_, p, err := n.parseList(c)
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(p.position, 10, 64) // a cursor is ours, and "" is the beginning
	listed, err := n.authority.ListAudiences(c.Context(), c.By, authority.AudienceID(after), p.limit+1)
	if err != nil {
		return err
	}
	return writeList(n, c, p, listed, func(a authority.Audience) string { return a.ID.String() }, showOneAudience)
}

func (n native) createAudience(c *dialect.Call) error {
	var body audienceRequest
	if err := decode(c, &body); err != nil {
		return err
	}
	audience, err := body.audience()
	if err != nil {
		return err
	}
	return n.once(c, func(by authority.Actor) error {
		made, err := n.authority.CreateAudience(c.Context(), by, audience)
		return writeAudience(c, http.StatusCreated, made, err)
	}, func(by authority.Actor, made string) error {
		id, _ := strconv.ParseInt(made, 10, 64)
		found, err := n.authority.ReadAudience(c.Context(), by, authority.AudienceID(id))
		return writeAudience(c, http.StatusCreated, found, err)
	})
}

func (body audienceRequest) audience() (a authority.Audience, err error) {
	if body.Lifetime == nil {
		return a, fault.BadParameter("lifetime", "The member is required.")
	}
	if err := notEmpty(map[string]*string{"url": body.URL, "home": body.Home, "resource": body.Resource}); err != nil {
		return a, err
	}
	a = authority.Audience{
		Name: body.Name, Kind: authority.AudienceKind(body.Kind), URL: value(body.URL), Home: value(body.Home), Resource: value(body.Resource),
	}
	if body.ID != nil {
		if a.ID = authority.AudienceID(*body.ID); a.ID < 1 {
			return a, fault.BadParameter("id", "An audience has a number from 1.")
		}
	}
	if a.Lifetime, err = body.Lifetime.span(); err != nil {
		return a, err
	}
	a.Access, err = body.AccessToken.access()
	return a, err
}

// parseAudienceID reads the number in a path; what is none is nothing's.
func parseAudienceID(c *dialect.Call) (authority.AudienceID, error) {
	id, ok := web.ParseNumber(c.PathValue("audience"))
	if !ok || id < 1 {
		return 0, noSuch("audience")
	}
	return authority.AudienceID(id), nil
}

func (n native) showAudience(c *dialect.Call) error {
	id, err := parseAudienceID(c)
	if err == nil {
		err = refuseQuery(c.Request)
	}
	if err != nil {
		return err
	}
	found, err := n.authority.ReadAudience(c.Context(), c.By, id)
	return writeAudience(c, http.StatusOK, found, err)
}

func (n native) changeAudience(c *dialect.Call) error {
	id, err := parseAudienceID(c)
	if err != nil {
		return err
	}
	var body audienceChange
	if err := decode(c, &body); err != nil {
		return err
	}
	match, err := parseMatch(c.Request)
	if err != nil {
		return err
	}
	change, err := body.change()
	if err != nil {
		return err
	}
	changed, err := n.authority.ChangeAudience(c.Context(), c.By, id, match, change)
	return writeAudience(c, http.StatusOK, changed, err)
}

// change returns what a change does to an audience.
func (body audienceChange) change() (func(*authority.Audience), error) {
	if err := notEmpty(map[string]*string{"url": body.URL.value, "home": body.Home.value, "resource": body.Resource.value}); err != nil {
		return nil, err
	}
	var lifetime *authority.LifetimeRange
	if body.Lifetime != nil {
		span, err := body.Lifetime.span()
		if err != nil {
			return nil, err
		}
		lifetime = &span
	}
	access, err := body.AccessToken.value.access()
	if err != nil {
		return nil, err
	}
	return func(a *authority.Audience) {
		replace(&a.Name, body.Name)
		if body.Kind != nil {
			a.Kind = authority.AudienceKind(*body.Kind)
		}
		replace(&a.URL, body.URL.asked())
		replace(&a.Home, body.Home.asked())
		replace(&a.Resource, body.Resource.asked())
		replace(&a.Lifetime, lifetime)
		if body.AccessToken.given {
			a.Access = access
		}
	}, nil
}

func replace[T any](what *T, by *T) {
	if by != nil {
		*what = *by
	}
}

// longest bounds seconds that are read, long before they overflow; what is allowed is for the authority to say.
const longest = 1 << 31

func (l lifetimeRange) span() (r authority.LifetimeRange, err error) {
	for _, seconds := range []int64{l.Default, l.Min, l.Max} {
		if seconds < 1 || seconds > longest {
			return r, fault.BadParameter("lifetime", "The members must be numbers of seconds.")
		}
	}
	return authority.LifetimeRange{
		Default: time.Duration(l.Default) * time.Second, Min: time.Duration(l.Min) * time.Second, Max: time.Duration(l.Max) * time.Second,
	}, nil
}

func (t *accessTokenWay) access() (a authority.AccessTokens, err error) {
	if t == nil {
		return a, nil
	}
	if err := notEmpty(map[string]*string{"access_token/format": t.Format, "access_token/algorithm": t.Algorithm}); err != nil {
		return a, err
	}
	a.Format, a.Algorithm = authority.AccessFormat(value(t.Format)), secret.Algorithm(value(t.Algorithm))
	if t.Lifetime != nil {
		if *t.Lifetime < 1 || *t.Lifetime > longest {
			return a, fault.BadParameter("access_token", "The lifetime must be a number of seconds.")
		}
		a.Lifetime = time.Duration(*t.Lifetime) * time.Second
	}
	return a, nil
}
