package oauth

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

// introspect says what a session of any dialect or an access token stands for (RFC 7662), and of everything else, what is
// not the client's to know included, only that it is not active.
func (o oauth) introspect(c *dialect.Call, f form) error {
	text, err := f.required(tokenField)
	if err != nil {
		return err
	}
	found, ok, err := o.authority.IntrospectToken(c.Context(), c.By, secret.Of(text))
	if err != nil {
		return err
	}
	answer := introspection{}
	if ok {
		answer = o.describe(found)
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, answer)
}

func (o oauth) describe(t authority.IntrospectedToken) introspection {
	s, who := t.Session, t.Subject.Principal
	answer := introspection{
		Active: true, Scope: scopeOf(t.Permissions), ClientID: t.ClientID, Username: who.Email, TokenType: tokenType(s),
		ExpiresAt: s.ExpiresAt.Unix(), IssuedAt: s.OpenedAt.Unix(), Subject: string(s.Subject),
		Audience: o.authority.ResourceOf(*t.Audience), Issuer: o.issuer, ID: s.ID.String(),
		Account: string(s.Account), Organisation: string(s.Organisation), Unit: string(s.Unit), Email: who.Email, Name: who.Name,
		Facts: t.DependsOn(),
	}
	if answer.Username == "" {
		answer.Username = who.Username
	}
	if s.Actor != "" {
		acting := t.Actor.Principal
		answer.Actor = &actor{Subject: string(s.Actor), Email: acting.Email, Name: acting.Name}
	}
	if t.MayAct != "" {
		answer.MayAct = &actor{Subject: string(t.MayAct)}
	}
	if s.Thumbprint != "" {
		answer.Confirmation = &confirmation{Thumbprint: s.Thumbprint}
	}
	return answer
}

// revoke ends a token of the client's own (RFC 7009). What it cannot end is answered alike: there is nothing to do.
func (o oauth) revoke(c *dialect.Call, f form) error {
	text, err := f.required(tokenField)
	if err != nil {
		return err
	}
	if err := o.authority.RevokeToken(c.Context(), c.By, secret.Of(text)); err != nil {
		return err
	}
	c.ResponseWriter.WriteHeader(http.StatusOK)
	return nil
}
