package bench

import (
	"bytes"
	"strconv"
	"time"
)

const longLifetime = 15 * time.Minute

// verify asks about a session as any module does.
func (w *worker) verify() outcome { return w.send(verification(w.session()), "") }

func verification(text string) ask {
	return ask{path: "/v1/session", header: authorization, value: "Bearer " + text}
}

// introspect asks about a session as the client whose key opened it.
func (w *worker) introspect() outcome {
	text := w.session()
	a := w.population.Accounts[w.last%int64(len(w.population.Accounts))]
	return w.send(ask{"/oauth2/introspect", authorization, basicOf(a.Key, a.Secret), formType, "token=" + text}, `"active":true`)
}

// passGateway asks as a gateway does for its client.
func (w *worker) passGateway() outcome {
	return w.send(ask{path: "/gateway/verify/from=request/orders", header: authorization, value: "Bearer " + w.session()}, "")
}

func (w *worker) logInByPair() outcome { return w.send(pairLogIn(w.account()), "") }

func pairLogIn(a Account) ask {
	return ask{path: "/auth/login", mediaType: jsonType, body: `{"apiKey":"` + a.Key + `","apiSecret":"` + a.Secret + `"}`}
}

func (w *worker) logInBySingleKey() outcome {
	return w.send(ask{"/crmapi/rest/v2/authentication/web_api_key/token", authorization, basicOf(w.account().Single, ""), jsonType, ""}, `"code":"OK"`)
}

func (w *worker) logInByPassword() outcome {
	a := w.account()
	return w.send(ask{path: "/auth/login", mediaType: jsonType, body: `{"email":"` + a.Email + `","password":"` + a.Password + `"}`}, "")
}

// mint hands a person over as Alephee's integrators do.
func (w *worker) mint() outcome { return w.send(mintAt(w.account()), `"Token":"`) }

func mintAt(a Account) ask {
	return ask{path: "/v2/accounts/" + strconv.FormatInt(a.ID, 10) + "/logintoken?API_KEY=" + a.Integrator + "&userEmail=" + a.Email + "&ttl=60"}
}

// mintLong mints what may be redeemed later than Alephee's tokens live, and keeps it.
func (w *worker) mintLong() outcome {
	a := w.account()
	o := w.send(ask{"/v1/login-tokens", authorization, "Bearer " + a.Integrator, jsonType, `{"account":"account:` + strconv.FormatInt(a.ID, 10) +
		`","email":"` + a.Email + `","audience":` + strconv.FormatInt(w.population.Long.Audience, 10) + `,"lifetime_seconds":900}`}, `"login_token":"`)
	if o.good {
		w.minted.put(member(w.conn.body(), "login_token"), longLifetime)
	}
	return o
}

// redeem spends a token that was minted before, once.
func (w *worker) redeem() outcome {
	text, ok := w.minted.take()
	if !ok {
		return outcome{err: errExhausted}
	}
	return w.send(redemption(w.population.Long, text), `"session_token":"`)
}

func (w *worker) mintAndRedeem() outcome {
	o := w.mint()
	if !o.good {
		return o
	}
	return w.send(redemption(w.population.Portal, member(w.conn.body(), "Token")), `"session_token":"`)
}

func redemption(by Redeemer, text string) ask {
	return ask{"/v1/login-tokens/redeem", authorization, "Bearer " + by.Credential, jsonType, `{"login_token":"` + text + `"}`}
}

// member returns a member of a JSON answer whose value is text of ours, in which nothing is escaped.
func member(body []byte, name string) string {
	_, rest, _ := bytes.Cut(body, []byte(`"`+name+`":"`))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(value)
}
