package clienttest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/client"
)

func scopeOf(permissions []string) string { return strings.Join(permissions, " ") }

// link is a login token.
type link struct {
	of      Token
	key     string // of its redemption
	session string
}

// LoginToken mints a login token whose redemption opens a session like of.
func (d *Doorward) LoginToken(of Token) string {
	token := "dwl_" + strings.ToLower(newID()+newID())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.links[token] = &link{of: of}
	return token
}

// Spent reports whether a login token has been redeemed.
func (d *Doorward) Spent(loginToken string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	l, ok := d.links[loginToken]
	return ok && l.session != ""
}

func (d *Doorward) answerKeys(w http.ResponseWriter, _ *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	set := jose.JSONWebKeySet{}
	for _, key := range d.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.private.Public(), KeyID: key.id, Algorithm: string(key.algorithm), Use: "sig"})
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	write(w, http.StatusOK, set)
}

// allowed reports whether a request has the installation's credential, and answers it otherwise.
func allowed(w http.ResponseWriter, r *http.Request) bool {
	id, secret, basic := r.BasicAuth()
	if strings.HasPrefix(r.URL.Path, "/oauth2/") {
		if id, _ = url.QueryUnescape(id); basic && id == ClientID && secret == Credential {
			return true
		}
	} else if r.Header.Get("Authorization") == "Bearer "+Credential {
		return true
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="doorward"`)
	problem(w, http.StatusUnauthorized, "unauthenticated")
	return false
}

func (d *Doorward) answerIntrospection(w http.ResponseWriter, r *http.Request) {
	if !allowed(w, r) {
		return
	}
	one := d.find(r.PostFormValue("token"))
	if one == nil {
		write(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	claims := d.claimsOf(one, "")
	claims["active"] = true
	write(w, http.StatusOK, claims)
}

// find returns what a token stands for while it counts, and nil when it does not.
func (d *Doorward) find(token string) *issued {
	d.mu.Lock()
	defer d.mu.Unlock()
	one, ok := d.issued[token]
	if !ok || one.ended || !d.Clock.Now().Before(one.exp) {
		return nil
	}
	return one
}

func (d *Doorward) answerRevocation(w http.ResponseWriter, r *http.Request) {
	if !allowed(w, r) {
		return
	}
	if token := r.PostFormValue("token"); d.find(token) != nil {
		d.End(token)
	}
	w.WriteHeader(http.StatusOK)
}

// answerExchange turns a session or access token into an opaque access token for a resource.
func (d *Doorward) answerExchange(w http.ResponseWriter, r *http.Request) {
	if !allowed(w, r) {
		return
	}
	from := d.find(r.PostFormValue("subject_token"))
	if from == nil {
		write(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "The token does not count."})
		return
	}
	of := from.token
	of.Audience, of.Lifetime, of.Facts = r.PostFormValue("resource"), 15*time.Minute, append(of.Facts, Fact("session", from.id))
	if scope := r.PostFormValue("scope"); scope != "" {
		of.Permissions = strings.Fields(scope)
	}
	write(w, http.StatusOK, map[string]any{
		"access_token": d.OpaqueAccessToken(of), "token_type": "Bearer", "expires_in": 900, "scope": scopeOf(of.Permissions),
		"issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
	})
}

func (d *Doorward) answerRedemption(w http.ResponseWriter, r *http.Request) {
	if !allowed(w, r) {
		return
	}
	var body struct {
		LoginToken string `json:"login_token"`
		Email      string `json:"email"`
	}
	if json.UnmarshalRead(r.Body, &body) != nil {
		problem(w, http.StatusBadRequest, "malformed-request")
		return
	}
	key := r.Header.Get("Idempotency-Key")
	d.mu.Lock()
	l, ok := d.links[body.LoginToken]
	fits := ok && (body.Email == "" || body.Email == l.of.Email) && (l.session == "" || key != "" && l.key == key)
	d.mu.Unlock()
	if !fits {
		problem(w, http.StatusBadRequest, "login-token-refused")
		return
	}
	if l.session == "" {
		session := d.Session(l.of)
		d.mu.Lock()
		l.session, l.key = session, key
		d.mu.Unlock()
	}
	answer := d.shown(d.find(l.session))
	answer["session_token"] = l.session
	write(w, http.StatusOK, answer)
}

func (d *Doorward) answerSession(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	one := d.find(token)
	if one == nil || one.kind != client.KindSession {
		problem(w, http.StatusUnauthorized, "unauthenticated")
		return
	}
	write(w, http.StatusOK, d.shown(one))
}

// shown returns the members of the native answers about a session.
func (d *Doorward) shown(one *issued) map[string]any {
	answer := map[string]any{
		"expires_at": one.exp.Format(time.RFC3339), "audience": 1, "account": nil, "actor": nil,
		"subject": map[string]any{"id": numberIn(one.token.Subject), "email": one.token.Email, "name": one.token.Name},
	}
	if one.token.Account != "" {
		answer["account"] = map[string]any{"id": numberIn(one.token.Account), "name": "Account " + one.token.Account}
	}
	if a := one.token.Actor; a != nil {
		answer["actor"] = map[string]any{"id": numberIn(a.ID), "email": a.Email, "name": a.Name, "kind": "person"}
	}
	return answer
}

func write(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func problem(w http.ResponseWriter, status int, code string) {
	body, _ := json.Marshal(map[string]any{
		"type": "/docs/problems/" + code, "title": code, "status": status, "detail": "It failed.", "code": code, "request_id": "0123456789abcdef01234567",
	})
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// numberIn returns the number of "person:3", or null.
func numberIn(id string) any {
	_, text, _ := strings.Cut(id, ":")
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return nil
}
