package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

const (
	sessionsPath = "/v1/sessions"
	sessionPath  = sessionsPath + "/{id}"
)

// sessionFilters are the parameters that select sessions, to list them and to end them.
var sessionFilters = []string{"tenant", "principal", "credential", "dialect", "opened_before"}

func (n native) sessionRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, sessionsPath, grant.CloseSession, n.listSessions),
		n.route(http.MethodDelete, sessionsPath, grant.CloseSession, n.endSessions),
		n.route(http.MethodGet, sessionPath, grant.CloseSession, n.showOneSession),
		n.route(http.MethodDelete, sessionPath, grant.CloseSession, n.endSession),
		n.limited(verifyPolicy, http.MethodPost, sessionsPath+"/verify", "", n.verifySessions),
	}
}

// listSessions answers the sessions and access tokens of a subtree, the latest first in dialects whose tokens tell.
func (n native) listSessions(c *dialect.Call) error {
	q, p, err := n.parseList(c, append([]string{"live"}, sessionFilters...)...)
	if err != nil {
		return err
	}
	f, err := n.parseSessionFilter(c, q)
	if err != nil {
		return err
	}
	if f.LiveAt, err = n.liveAt(q); err != nil {
		return err
	}
	below, err := positionID(p)
	if err != nil {
		return err
	}
	listed, err := n.authority.ListSessions(c.Context(), c.By, f, authority.SessionID(below), p.limit+1)
	if err != nil {
		return err
	}
	return writeList(n, c, p, listed, func(l authority.ListedSession) string { return l.Session.ID.String() }, showSessionRow)
}

func (n native) parseSessionFilter(c *dialect.Call, q web.Query) (f authority.SessionFilter, err error) {
	f = authority.SessionFilter{Principal: grant.PrincipalID(q["principal"]), Dialect: q["dialect"]}
	if q.Has("credential") {
		id, err := secret.ParseID(q["credential"])
		if err != nil || id.IsZero() {
			return f, fault.BadParameter("credential", "An identifier is 32 lower-case hexadecimal digits.")
		}
		f.Credential = authority.CredentialID(id)
	}
	if q.Has("opened_before") {
		if f.OpenedBefore, err = parseTime("opened_before", q["opened_before"]); err != nil {
			return f, err
		}
	}
	f.Tenant, err = n.within(c, q, grant.CloseSession)
	return f, err
}

// endSessions ends the sessions that a filter selects with all that descends from them, or says how many those are.
func (n native) endSessions(c *dialect.Call) error {
	q, err := parseQuery(c, append([]string{"dry_run"}, sessionFilters...)...)
	if err != nil {
		return err
	}
	dryRun, err := parseFlag(q, "dry_run")
	if err != nil {
		return err
	}
	if delete(q, "dry_run"); len(q) == 0 {
		return fault.BadParameter("query", "Say which sessions: without a filter, all of them would end.")
	}
	f, err := n.parseSessionFilter(c, q)
	if err != nil {
		return err
	}
	end := n.authority.RevokeSessions
	if dryRun {
		end = n.authority.CountSessions
	}
	ends, err := end(c.Context(), c.By, f)
	return n.writeEnds(c, dryRun, ends, err)
}

// showOneSession answers one session, never its token.
func (n native) showOneSession(c *dialect.Call) error {
	id, err := parseOnlyID(c)
	if err != nil {
		return err
	}
	listed, err := n.authority.ShowSession(c.Context(), c.By, authority.SessionID(id))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, showSessionRow(listed))
}

// endSession ends one session with all that descends from it, or says how much that is.
func (n native) endSession(c *dialect.Call) error {
	id, dryRun, err := parseEnding(c)
	if err != nil {
		return err
	}
	end := n.authority.RevokeSession
	if dryRun {
		end = n.authority.CountSession
	}
	ends, err := end(c.Context(), c.By, authority.SessionID(id))
	return n.writeEnds(c, dryRun, ends, err)
}

func (n native) writeEnds(c *dialect.Call, dryRun bool, ends authority.Ends, err error) error {
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, endsAnswer{DryRun: dryRun, Sessions: ends.Sessions, LoginTokens: ends.LoginTokens})
}

func showSessionRow(l authority.ListedSession) sessionRow {
	s := l.Session
	return sessionRow{
		ID: s.ID.String(), Kind: string(s.Kind), Subject: string(s.Subject), Actor: optional(s.Actor), Account: optional(s.Account),
		Organisation: optional(s.Organisation), Unit: optional(s.Unit), Permissions: textsOf(s.Permissions), Dialect: s.Dialect,
		OpenedAt: formatTime(s.OpenedAt), UsedAt: formatTime(s.UsedAt), ExpiresAt: formatTime(s.ExpiresAt), ClosedAt: formatTime(s.ClosedAt),
		Refusal: optional(l.Refusal), Audience: audienceOf(s.Audience),
		Credential: optionalID(s.Credential), Parent: optionalID(s.Parent),
	}
}

// audienceOf is an audience's number, null for none.
func audienceOf(id authority.AudienceID) *int64 {
	if id == 0 {
		return nil
	}
	number := int64(id)
	return &number
}
