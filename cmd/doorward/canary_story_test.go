package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

func get(path string) asking { return asking{method: "GET", path: path, host: "doorward.test"} }

func post(path, body string) asking {
	return asking{method: "POST", path: path, host: "doorward.test", body: body}
}

const (
	crmTokenPath = "/crmapi/rest/v2/authentication/token"
	mintPath     = "/v2/accounts/1200/logintoken"
	ownerPath    = "/api/v3/resellers/1/user_authentication/token"
)

// askRight logs in, hands over, redeems and ends by every dialect, and does it wrong once beside each. What it leaves
// live is kept by name for askWrong.
func (c canaryRun) askRight(t *testing.T) {
	t.Helper()
	c.askPulse(t)
	c.askCRM(t)
	c.askAlephee(t)

	nora := get(ownerPath).with("X-Api-Token", c.secret["nora"]).asked("account_id=505")
	owner := c.one(t, "hand over an owner", nora)
	c.one(t, "hand over the next, which ends the former", nora)
	c.must(t, "list staff", get("/api/v3/resellers/1/managers").with("X-Api-Token", c.secret["nora"]))
	panel := func(body string) asking {
		return post("/v1/login-tokens/redeem", body).with("Authorization", "Bearer "+c.secret["panel"]).with("Idempotency-Key", c.secret["code"][:20])
	}
	c.ask(t, "redeem what was cancelled", panel(`{"login_token":"`+owner+`"}`))
	owner = c.one(t, "hand over another", nora)
	c.ask(t, "redeem with another's e-mail", panel(`{"login_token":"`+owner+`","email":"`+c.secret["owner"]+`"}`))
	session := c.one(t, "redeem", panel(`{"login_token":"`+owner+`","email":"example@activeplatform.com"}`))
	c.ask(t, "redeem again", panel(`{"login_token":"`+owner+`"}`), session) // the same redeemer gets the same answer
	c.must(t, "whose session", get("/v1/session").with("Authorization", "Bearer "+session))
	c.secret["spent"], c.secret["session"] = owner, session
}

func (c canaryRun) askPulse(t *testing.T) {
	t.Helper()
	login := func(body string) asking { return post("/auth/login", body) }
	weak := c.one(t, "pulse, pair", login(`{"apiKey":"apiKey-3f9a1c2b7d4e","apiSecret":"`+c.secret["pair"]+`"}`))
	c.ask(t, "pulse, secret for key", login(`{"apiKey":"`+c.secret["pair"]+`","apiSecret":"apiKey-3f9a1c2b7d4e"}`))
	c.ask(t, "pulse, password of another", login(`{"email":"buyer@acme.test","password":"`+c.secret["owner"]+`"}`))
	c.ask(t, "pulse, password for e-mail", login(`{"email":"`+c.secret["owner"]+`","password":"owner@acme.test"}`))
	token := c.one(t, "pulse, password", login(`{"email":"owner@acme.test","password":"`+c.secret["owner"]+`"}`))
	bearer := func(a asking) asking { return a.with("Authorization", "Bearer "+token) }
	c.must(t, "pulse, session", bearer(get("/auth/session")), token)
	c.must(t, "pulse, accounts", bearer(get("/accounts")))
	made := c.one(t, "pulse, new key", bearer(post("/apikeys", `{"name":"new","permissions":["readApplications"]}`)))
	c.must(t, "pulse, keys", bearer(get("/apikeys")))
	c.ask(t, "pulse, the new secret for a permission", bearer(post("/apikeys", `{"name":"x","permissions":["`+made+`"]}`)))
	c.must(t, "pulse, log-out", post("/auth/logout", "").with("Authorization", "Bearer "+weak))
	c.ask(t, "pulse, ended", get("/auth/session").with("Authorization", "Bearer "+weak))
	c.secret["pulse"] = token
}

func (c canaryRun) askCRM(t *testing.T) {
	t.Helper()
	login := func(how string) asking { return post(crmTokenPath, `{"organisation":"CRMDEMO",`+how+`}`) }
	c.one(t, "crmcom, password", login(`"username":"mpadministrator","password":"`+c.secret["mary"]+`"`))
	c.one(t, "crmcom, pass code", login(`"access_token_identifier":{"identifier":"CARD-1001","pass_code":"`+c.secret["pass code"]+`"}`))
	c.ask(t, "crmcom, pass code for identifier", login(`"access_token_identifier":{"identifier":"`+c.secret["pass code"]+`","pass_code":"CARD-1001"}`))
	c.ask(t, "crmcom, code with more behind", login(`"access_token_identifier":{"authentication_code":"`+c.secret["code"]+`x"}`))
	token := c.one(t, "crmcom, code", login(`"access_token_identifier":{"authentication_code":"`+c.secret["code"]+`"}`))
	ended := c.one(t, "crmcom, key", post("/crmapi/rest/v2/authentication/web_api_key/token", "").with("Authorization", basic(c.secret["web"]+":")))
	c.must(t, "crmcom, who", get(crmTokenPath).asked("token="+token))
	c.must(t, "crmcom, release", post(crmTokenPath+"/release", `{"token":"`+ended+`"}`))
	c.ask(t, "crmcom, released", get(crmTokenPath).asked("token="+ended))
	c.secret["crmcom"] = token
}

// askAlephee hands over by the vendor's URL, and signs in and out by the page that it leads to.
func (c canaryRun) askAlephee(t *testing.T) {
	t.Helper()
	key := "API_KEY=" + url.QueryEscape(c.secret["erp"])
	c.must(t, "alephee, accounts", get("/v2/accounts").asked(key))
	checked := c.one(t, "alephee, module 2", get(mintPath).asked(key+"&userEmail=owner@acme.test&module=2"))
	c.must(t, "alephee, users", get("/v2/accounts/1200/users").asked(key+"&token="+checked))
	c.ask(t, "alephee, key for user", get(mintPath).asked(key+"&userEmail="+url.QueryEscape(c.secret["erp"])))
	minted := c.ask(t, "alephee, module 1", get(mintPath).with("X-API-Key", c.secret["erp"]).asked("userEmail=owner@acme.test"))
	token, page := minted.given[0], landing(t, minted.body)
	c.must(t, "the page", page, token) // its form is what the button sends
	c.ask(t, "the page with a token that is none", page.asked("x="+c.secret["spent"]), token)
	press := page
	press.method, press.query = "POST", ""
	form := func(fields string) asking {
		return press.with("Content-Type", "application/x-www-form-urlencoded").saying("token=" + token + "&doorward-audience=1" + fields)
	}
	c.ask(t, "the button of another site", form("").with("Origin", "https://x.test"))
	cookie := "__Host-doorward-session=" + c.one(t, "the button", form(""))
	c.ask(t, "the button again", form(""))
	c.ask(t, "the page again", page)
	home := page
	home.path, home.query = "/", ""
	c.must(t, "signed in", home.with("Cookie", cookie))
	home.method, home.path = "POST", "/sign-out"
	c.must(t, "sign out", home.with("Cookie", cookie).with("Content-Type", "application/x-www-form-urlencoded"))
}

// askForANewKey ends the manager's key last, by asking for the next.
func (c canaryRun) askForANewKey(t *testing.T) {
	t.Helper()
	c.one(t, "a new manager key", post("/api/v3/resellers/1/managers/8/api_token", "").with("X-Api-Token", c.secret["nora"]))
	c.ask(t, "with the old one", get("/api/v3/resellers/1").with("X-Api-Token", c.secret["nora"]))
}

// authenticated returns a request of a route as somebody who may make it would, unless that would end what others need.
func (c canaryRun) authenticated(r route) (route, bool) {
	switch r.surface {
	case "alephee":
		r.asking = r.with("X-API-Key", c.secret["erp"]).asked("userEmail=owner@acme.test")
	case "pulse":
		r.asking = r.with("Authorization", "Bearer "+c.secret["pulse"])
	case "activeplatform":
		r.asking = r.with("X-Api-Token", c.secret["nora"])
	case "native":
		r.asking = r.with("Authorization", "Bearer "+c.secret["panel"])
	case "crmcom":
		r.asking = r.asked("token=" + c.secret["crmcom"])
	default:
		return r, false
	}
	ends := r.method == "POST" && (strings.HasSuffix(r.path, "/logout") || strings.HasSuffix(r.path, "/release") || strings.HasSuffix(r.path, "/api_token"))
	return r, !ends
}

// askWrong asks every route, as nobody and as somebody, with every secret in turn wherever it does not belong.
func (c canaryRun) askWrong(t *testing.T) {
	t.Helper()
	c.secret["never given"] = c.add(newCanary("never given"))
	names := slices.Sorted(maps.Keys(c.secret))
	type question struct {
		name string
		asking
		belong []string
	}
	questions := make(chan question)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for q := range questions {
				c.ask(t, q.name, q.asking, q.belong...)
			}
		})
	}
	turn := 0
	for _, r := range allRoutes(t) {
		known, ok := c.authenticated(r)
		var belong []string
		if r.path == "/auth/session" {
			belong = []string{c.secret["pulse"]} // the vendor's answer has it (WIRE.md §2)
		}
		for _, m := range misplacements(r.method) {
			turn++
			as := r
			if ok && turn%4 > 0 { // mostly as somebody: nobody comes less far
				as = known
			}
			secret := c.secret[names[turn%len(names)]]
			questions <- question{fmt.Sprintf("%s %s, %s", r.method, r.pattern, m.name), m.put(as, secret), belong}
		}
	}
	close(questions)
	workers.Wait()
}
