package crmcom

import (
	"net/http"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/web"
)

const mediaType = "application/json"

// timeFormat is RFC 3339 in UTC with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// loginRequest is all forms of the log-in's body.
type loginRequest struct {
	Username     string                `json:"username"`
	Password     string                `json:"password"`
	AccessToken  accessTokenIdentifier `json:"access_token_identifier"`
	Organisation string                `json:"organisation"`
	Unit         string                `json:"unit"`
}

type accessTokenIdentifier struct {
	AuthenticationCode string `json:"authentication_code"`
	Identifier         string `json:"identifier"`
	PassCode           string `json:"pass_code"`
}

// keyLoginRequest is the body of a log-in by key; all of it is optional.
type keyLoginRequest struct {
	Unit string `json:"unit"`
}

type releaseRequest struct {
	Token string `json:"token"`
}

// envelope is the one shape of every answer; data is there on success only, and not of every call.
type envelope struct {
	Status status `json:"status"`
	Data   any    `json:"data,omitzero"`
}

type status struct {
	Code        code    `json:"code"`
	Message     *string `json:"message"`
	Description *string `json:"description"`
}

type tokenData struct {
	Token string `json:"token"`
}

// whoAmI is the answer of our extension.
type whoAmI struct {
	Person       person `json:"person"`
	Organisation string `json:"organisation"`
	Unit         *unit  `json:"unit"`
	ExpiresAt    string `json:"expires_at"`
}

type person struct {
	ID       *int64  `json:"id"`
	Username *string `json:"username"`
	Email    *string `json:"email"`
	Name     *string `json:"name"`
}

type unit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// number returns null for a service, which has none.
func number(id grant.PrincipalID) *int64 {
	if !id.IsPerson() {
		return nil
	}
	n := id.Number()
	return &n
}

// text returns null for what has no value.
func text(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

func succeed(w http.ResponseWriter, data any) error {
	return web.WriteJSON(w, http.StatusOK, mediaType, envelope{Status: status{Code: codeOK}, Data: data})
}
