package crashproof_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// outcome is what a client knows of an act. The zero value is not knowing, which is how a crash leaves it.
type outcome int

const (
	unknown outcome = iota
	done
	refused
)

func (o outcome) String() string { return [...]string{"unknown", "done", "refused"}[o] }

// answer is what came back, if all of it came back.
type answer struct {
	outcome outcome
	request string // request id
	status  int
	text    string // what the act was for: a session's or a login token's secret
	said    string
	garbled bool // success without what the act was for
}

// wire speaks to one node with connections of its own.
type wire struct {
	base string
	http *http.Client
}

func newWire(base string) wire {
	return wire{base, &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}}
}

// send asks and reads the answer to its end. Only a whole answer is one; a failure on the server's side leaves the
// outcome open, whatever it says.
func (w wire) send(ctx context.Context, method, path, body string, headers ...string) answer {
	r, err := http.NewRequestWithContext(ctx, method, w.base+path, strings.NewReader(body))
	if err != nil {
		return answer{said: err.Error()}
	}
	r.GetBody = nil // or net/http repeats a redemption by itself when the connection breaks and there is an Idempotency-Key
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := w.http.Do(r)
	if err != nil {
		return answer{said: err.Error()}
	}
	defer got.Body.Close()
	said, err := io.ReadAll(got.Body)
	a := answer{request: got.Header.Get("X-Request-Id"), status: got.StatusCode, said: string(said)}
	switch {
	case err != nil || got.StatusCode >= 500:
		a.outcome = unknown
	case got.StatusCode >= 400:
		a.outcome = refused
	default:
		a.outcome = done
	}
	return a
}

// read takes what the act was for out of the answer by the path of members to it.
func (a answer) read(members ...string) answer {
	if a.outcome != done {
		return a
	}
	var at any
	err := json.Unmarshal([]byte(a.said), &at)
	for _, name := range members {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	a.text, _ = at.(string)
	if err != nil || a.text == "" {
		a.outcome, a.garbled = unknown, true
	}
	return a
}

// readStatus applies CRM.COM's way to say no: with status 200.
func (a answer) readStatus() answer {
	if a.outcome == done && a.read("status", "code").text != "OK" {
		a.outcome = refused
		if strings.Contains(a.said, "INTERNAL_ERROR") {
			a.outcome, a.status = unknown, http.StatusInternalServerError
		}
	}
	return a
}

func (w wire) loginByKeyPair(ctx context.Context) answer {
	return w.send(ctx, "POST", "/auth/login", `{"apiKey":"`+pairKey+`","apiSecret":"`+pairSecret+`"}`).read("token")
}

// issueKey makes a key pair, of which the answer keeps id, key and secret.
func (w wire) issueKey(ctx context.Context, session string) (id, body string, a answer) {
	a = w.send(ctx, "POST", "/apikeys", `{"name":"crash","permissions":["readApplications"]}`, "Authorization", "Bearer "+session).read("apiSecret")
	body = `{"apiKey":"` + a.read("apiKey").text + `","apiSecret":"` + a.text + `"}`
	return a.read("id").text, body, a
}

func (w wire) loginBy(ctx context.Context, body string) answer {
	return w.send(ctx, "POST", "/auth/login", body).read("token")
}

func (w wire) revokeKey(ctx context.Context, session, id string) answer {
	return w.send(ctx, "DELETE", "/apikeys/"+id, "", "Authorization", "Bearer "+session)
}

func (w wire) loginByCode(ctx context.Context) answer {
	return w.send(ctx, "POST", "/crmapi/rest/v2/authentication/token",
		`{"organisation":"CRASH","access_token_identifier":{"authentication_code":"`+codeOfUser+`"}}`).readStatus().read("data", "token")
}

func (w wire) release(ctx context.Context, session string) answer {
	return w.send(ctx, "POST", "/crmapi/rest/v2/authentication/token/release", `{"token":"`+session+`"}`).readStatus()
}

func (w wire) mintMember(ctx context.Context) answer {
	return w.send(ctx, "GET", fmt.Sprintf("/v2/accounts/%d/logintoken?API_KEY=%s&userEmail=%s&ttl=60", portal, memberKey, url.QueryEscape(member)), "").read("Token")
}

func (w wire) mintOwner(ctx context.Context, account int) answer {
	return w.send(ctx, "GET", fmt.Sprintf("/api/v3/resellers/1/user_authentication/token?account_id=%d", account), "", "X-Api-Token", managerKey).read("owner_token")
}

func (w wire) redeem(ctx context.Context, audience int64, loginToken, key string) answer {
	headers := []string{"Authorization", "Bearer " + audienceKeys[audience]}
	if key != "" {
		headers = append(headers, "Idempotency-Key", key)
	}
	return w.send(ctx, "POST", "/v1/login-tokens/redeem", `{"login_token":"`+loginToken+`"}`, headers...).read("session_token")
}

func (w wire) verify(ctx context.Context, session string) answer {
	return w.send(ctx, "GET", "/v1/session", "", "Authorization", "Bearer "+session)
}
