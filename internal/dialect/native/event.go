package native

import (
	"net/http"
	"net/netip"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

const eventsPath = "/v1/events"

func (n native) eventRoutes() []dialect.Route {
	return []dialect.Route{n.route(http.MethodGet, eventsPath, grant.ReadEvents, n.listEvents)}
}

var eventFilters = []string{
	"tenant", "act", "outcome", "reason", "principal", "credential", "session", "dialect", "request", "source", "since", "until", "order",
}

// listEvents answers records of the audit log, the newest first unless the oldest are asked for first.
func (n native) listEvents(c *dialect.Call) error {
	q, p, err := n.parseList(c, eventFilters...)
	if err != nil {
		return err
	}
	f, err := parseEventFilter(q)
	if err != nil {
		return err
	}
	if f.Tenant, err = n.within(c, q, grant.ReadEvents); err != nil {
		return err
	}
	at, err := positionID(p)
	if err != nil {
		return err
	}
	if !at.IsZero() && f.Newest {
		f.Before = at
	} else if !at.IsZero() {
		f.After = at
	}
	f.Limit = p.limit + 1
	events, err := n.authority.Events(c.Context(), c.By, f)
	if err != nil {
		return err
	}
	if f.Newest {
		slices.Reverse(events)
	}
	return writeList(n, c, p, events, func(e audit.Event) string { return e.ID.String() }, showEvent)
}

func parseEventFilter(q web.Query) (f authority.EventFilter, err error) {
	f = authority.EventFilter{
		Outcome: audit.Outcome(q["outcome"]), Reason: q["reason"], Principal: grant.PrincipalID(q["principal"]),
		Dialect: q["dialect"], Request: q["request"],
	}
	if q.Has("act") {
		f.Acts = []audit.Act{audit.Act(q["act"])}
	}
	if f.Outcome != "" && f.Outcome != audit.Done && f.Outcome != audit.Denied {
		return f, fault.BadParameter("outcome", "The parameter must be done or denied.")
	}
	if f.Newest = q["order"] != "oldest"; q.Has("order") && q["order"] != "oldest" && q["order"] != "newest" {
		return f, fault.BadParameter("order", "The parameter must be newest or oldest.")
	}
	for name, id := range map[string]*secret.ID{"credential": (*secret.ID)(&f.Credential), "session": (*secret.ID)(&f.Session)} {
		if *id, err = secret.ParseID(q[name]); q.Has(name) && (err != nil || id.IsZero()) {
			return f, fault.BadParameter(name, "An identifier is 32 lower-case hexadecimal digits.")
		}
	}
	for name, id := range map[string]*secret.ID{"since": &f.After, "until": &f.Before} {
		if q.Has(name) {
			at, err := parseTime(name, q[name])
			if err != nil {
				return f, err
			}
			*id = secret.FirstID(at)
		}
	}
	if q.Has("source") {
		source, err := netip.ParseAddr(q["source"])
		if err != nil || source.Zone() != "" {
			return f, fault.BadParameter("source", "The parameter must be an IP address.")
		}
		f.Source = source.Unmap()
	}
	return f, nil
}

func showEvent(e audit.Event) eventAnswer {
	shown := eventAnswer{
		ID: e.ID.String(), At: formatTime(e.At), Act: string(e.Act), Outcome: string(e.Outcome), Reason: optional(e.Reason),
		Actor: optional(e.Actor), ActingFor: optional(e.ActingFor), Credential: optionalID(e.Credential), Subject: optional(e.Subject),
		Tenant: optional(e.Tenant), Audience: audienceOf(authority.AudienceID(e.Audience)), Session: optionalID(e.Session),
		LoginToken: optionalID(e.LoginToken), Dialect: optional(e.Dialect), Request: optional(e.Request), Count: e.Count, Detail: e.Detail,
	}
	if e.Source.IsValid() {
		shown.Source = optional(e.Source.String())
	}
	return shown
}

// optionalID is an ID's text, null for none.
func optionalID[T ~[16]byte](id T) *string {
	if id == (T{}) {
		return nil
	}
	return optional(secret.ID(id).String())
}
