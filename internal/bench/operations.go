package bench

import (
	"bytes"
	"strconv"
	"time"
)

const (
	longLifetime = 15 * time.Minute
)

// verify asks about a session as any module does.
func (w *worker) verify() outcome {
	w.get("/v1/session", "Authorization", "Bearer "+w.session())
	return w.ask("")
}

// introspect asks about a session as the client whose key opened it.
func (w *worker) introspect() outcome {
	text := w.session()
	a := w.population.Accounts[w.last%int64(len(w.population.Accounts))]
	w.post("/oauth2/introspect", "Authorization", basicOf(a.Key, a.Secret), formType, "token="+text)
	return w.ask(`"active":true`)
}

// passGateway asks as a gateway does for its client.
func (w *worker) passGateway() outcome {
	w.get("/gateway/verify/from=request/orders", "Authorization", "Bearer "+w.session())
	return w.ask("")
}

func (w *worker) logInByPair() outcome {
	a := w.account()
	w.post("/auth/login", "", "", jsonType, `{"apiKey":"`+a.Key+`","apiSecret":"`+a.Secret+`"}`)
	return w.ask("")
}

func (w *worker) logInBySingleKey() outcome {
	w.post("/crmapi/rest/v2/authentication/web_api_key/token", "Authorization", basicOf(w.account().Single, ""), jsonType, "")
	return w.ask(`"code":"OK"`)
}

func (w *worker) logInByPassword() outcome {
	a := w.account()
	w.post("/auth/login", "", "", jsonType, `{"email":"`+a.Email+`","password":"`+a.Password+`"}`)
	return w.ask("")
}

// mint hands a person over as Alephee's integrators do.
func (w *worker) mint() outcome {
	a := w.account()
	w.get("/v2/accounts/"+strconv.FormatInt(a.ID, 10)+"/logintoken?API_KEY="+a.Integrator+"&userEmail="+a.Email+"&ttl=60", "", "")
	return w.ask(`"Token":"`)
}

// mintLong mints what may be redeemed later than Alephee's tokens live, and keeps it.
func (w *worker) mintLong() outcome {
	a := w.account()
	w.post("/v1/login-tokens", "Authorization", "Bearer "+a.Integrator, jsonType, `{"account":"account:`+strconv.FormatInt(a.ID, 10)+
		`","email":"`+a.Email+`","audience":`+strconv.FormatInt(w.population.Long.Audience, 10)+`,"lifetime_seconds":900}`)
	o := w.ask(`"login_token":"`)
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
	return w.spend(w.population.Long, text)
}

func (w *worker) mintAndRedeem() outcome {
	o := w.mint()
	if !o.good {
		return o
	}
	return w.spend(w.population.Portal, member(w.conn.body(), "Token"))
}

func (w *worker) spend(by Redeemer, text string) outcome {
	w.post("/v1/login-tokens/redeem", "Authorization", "Bearer "+by.Credential, jsonType, `{"login_token":"`+text+`"}`)
	return w.ask(`"session_token":"`)
}

// member returns a member of a JSON answer whose value is text of ours, in which nothing is escaped.
func member(body []byte, name string) string {
	_, rest, _ := bytes.Cut(body, []byte(`"`+name+`":"`))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(value)
}
