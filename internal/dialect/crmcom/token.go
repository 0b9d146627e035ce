package crmcom

import (
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

// queryToken reads the session token as GET calls carry it.
func queryToken(c *dialect.Call) (secret.Text, error) {
	query, err := web.ParseQuery(c.Request, nil, "token")
	if err != nil {
		return secret.Text{}, err
	}
	return given(query["token"])
}

// bodyToken reads the session token as POST calls carry it.
func bodyToken(c *dialect.Call) (secret.Text, error) {
	var body releaseRequest
	if err := web.DecodeJSON(c.Body, &body, false); err != nil {
		return secret.Text{}, err
	}
	return given(body.Token)
}

func given(token string) (secret.Text, error) {
	if token == "" {
		return secret.Text{}, missing("token")
	}
	return secret.Of(token), nil
}

// showToken says whose a token is, where it works and until when: our extension, so that a token can be tried out.
func (m crm) showToken(c *dialect.Call) error {
	who, session := c.By.Principal(), c.Verdict.Session
	data := whoAmI{
		Person: person{
			ID: number(who.ID), Username: text(who.Username), Email: text(who.Email), Name: text(who.Name),
		},
		Organisation: session.Organisation.Key(),
		ExpiresAt:    session.ExpiresAt.UTC().Format(timeFormat),
	}
	if session.Unit != "" {
		who := c.By.Standing()
		data.Unit = &unit{ID: session.Unit.Key(), Name: who.Tenant(session.Unit).Name}
	}
	return succeed(c.ResponseWriter, data)
}

// release ends the session that the token stands for.
func (m crm) release(c *dialect.Call) error {
	if err := m.authority.CloseSession(c.Context(), c.By); err != nil {
		return err
	}
	return succeed(c.ResponseWriter, nil)
}
