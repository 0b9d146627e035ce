package native_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const (
	panelKey  = "demo-control-panel-redeem-key"
	portalKey = "demo-b2b-portal-redeem-key"
	northKey  = "vY5fwetestK3gJXZH5uHCw"
	erpKey    = "6F9619FF-8B86-D011-B42D-00C04FC964FF"

	ownerEmail = "owner@acme.test"
)

// wire is the back end of a relying module, and what mints for it.
type wire struct {
	env  *testenv.Env
	base string
	key  string
}

func serve(t *testing.T, env *testenv.Env) wire {
	t.Helper()
	return wire{env: env, base: env.Serve(t, native.New(env.Authority, native.Options{})), key: panelKey}
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	text string
}

func (w wire) send(t *testing.T, method, path, body string, header http.Header) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.key)
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(text)}
}

func (w wire) redeem(t *testing.T, body string) answer {
	t.Helper()
	return w.send(t, http.MethodPost, "/v1/login-tokens/redeem", body, nil)
}

func (w wire) session(t *testing.T, token secret.Text) answer {
	t.Helper()
	w.key = token.Reveal()
	return w.send(t, http.MethodGet, "/v1/session", "", nil)
}

// asking is the body that redeems a token.
func asking(token secret.Text) string { return `{"login_token":"` + token.Reveal() + `"}` }

// actor proves itself to the authority as a client of another dialect would.
func (w wire) actor(t *testing.T, dialect string, proof authority.Proof) authority.Actor {
	t.Helper()
	by, err := w.env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: dialect}, proof)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

// mintOwner hands North's manager over to the control panel as the owner of account 1200.
func (w wire) mintOwner(t *testing.T) secret.Text {
	t.Helper()
	by := w.actor(t, "activeplatform", authority.ByKey(secret.Of(northKey)))
	return w.mint(t, by, authority.MintRequest{AsOwner: true, Audience: 3, Shape: secret.ShapeAlnum22})
}

// mintMember hands the owner of account 1200 over to an audience by the ERP's key.
func (w wire) mintMember(t *testing.T, audience authority.AudienceID) secret.Text {
	t.Helper()
	by := w.actor(t, "alephee", authority.ByKey(secret.Of(erpKey)))
	return w.mint(t, by, authority.MintRequest{Email: ownerEmail, Audience: audience})
}

func (w wire) mint(t *testing.T, by authority.Actor, r authority.MintRequest) secret.Text {
	t.Helper()
	r.Account = tenant.Account(1200)
	minted, err := w.env.Authority.MintLoginToken(t.Context(), by, r)
	if err != nil {
		t.Fatal(err)
	}
	return minted.Text
}

type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	RequestID string `json:"request_id"`
	Parameter string `json:"parameter"`
}

func (a answer) problem(t *testing.T) (p problem) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.text), &p, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("%d %s: %v", a.StatusCode, a.text, err)
	}
	if p.Status != a.StatusCode || p.RequestID != a.Header.Get("X-Request-Id") || p.Type != "/docs/problems/"+p.Code {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	return p
}

var requestID = regexp.MustCompile(`"request_id":"[0-9a-f]{24}"`)

// told is all that a client is told but for what differs from answer to answer: request id and date.
func (a answer) told() string {
	header := a.Header.Clone()
	header.Del("X-Request-Id")
	header.Del("Date")
	var b strings.Builder
	_ = header.Write(&b)
	return a.Status + "\n" + b.String() + "\n" + requestID.ReplaceAllString(a.text, "")
}
