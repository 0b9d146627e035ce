package native_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/testenv"
)

const (
	adaPassword   = "correct-horse-battery-staple"
	buyerEmail    = "buyer@acme.test"
	operatorEmail = "operator@doorward.test"
	operatorPass  = "an-operators-demo-password"
)

func TestSessionsAreListedShownVerifiedAndEnded(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		ada := string(a.person(t, ownerEmail))
		tokens := []string{a.session(t, ownerEmail, adaPassword), a.session(t, ownerEmail, adaPassword), a.session(t, operatorEmail, operatorPass)}
		listed := collect(t, a, "/v1/sessions?limit=1&principal="+ada)
		if len(listed) != 2 || listed[0]["subject"] != ada || listed[0]["refusal"] != nil {
			t.Fatalf("%v", listed)
		}
		id := listed[0]["id"].(string)
		shown := a.ok(t, http.StatusOK, http.MethodGet, "/v1/sessions/"+id, "")
		if diff := cmp.Diff(listed[0], shown.JSON); diff != "" {
			t.Error(diff)
		}

		batch := `{"tokens":["` + strings.Join(append([]string{"unknown", strings.Repeat("0", 64)}, tokens...), `","`) + `"]}`
		verdicts := a.ok(t, http.StatusOK, http.MethodPost, "/v1/sessions/verify", batch)
		if got := valid(verdicts); got != "--+++" {
			t.Error(got, verdicts.answer.text)
		}
		if dry := a.ok(t, http.StatusOK, http.MethodDelete, "/v1/sessions/"+id+"?dry_run=true", ""); dry.at("sessions") != 1.0 {
			t.Error(dry.answer.text)
		}
		if ended := a.ok(t, http.StatusOK, http.MethodDelete, "/v1/sessions/"+id, ""); ended.at("sessions") != 1.0 || ended.at("dry_run") != false {
			t.Error(ended.answer.text)
		}
		if shown := a.ok(t, http.StatusOK, http.MethodGet, "/v1/sessions/"+id, ""); shown.text("refusal") != authority.ReasonClosed {
			t.Error(shown.answer.text)
		}
		a.fails(t, "malformed-request", http.MethodDelete, "/v1/sessions", "")
		a.fails(t, "malformed-request", http.MethodDelete, "/v1/sessions?dry_run=true", "")
		if dry := a.ok(t, http.StatusOK, http.MethodDelete, "/v1/sessions?principal="+ada+"&dry_run=true", ""); dry.at("sessions") != 1.0 {
			t.Error(dry.answer.text)
		}
		a.ok(t, http.StatusOK, http.MethodDelete, "/v1/sessions?principal="+ada, "")
		if got := valid(a.ok(t, http.StatusOK, http.MethodPost, "/v1/sessions/verify", batch)); got != "----+" {
			t.Error(got)
		}
		if live := collect(t, a, "/v1/sessions?live=true&principal="+ada); len(live) != 0 {
			t.Error(live)
		}
		operators := a.with("Bearer " + tokens[2])
		operators.ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
	})
}

// valid says of each verdict whether it is a yes.
func valid(r reply) (marks string) {
	verdicts, _ := r.at("verdicts").([]any)
	for _, v := range verdicts {
		mark := "-"
		if v.(map[string]any)["valid"] == true {
			mark = "+"
		}
		marks += mark
	}
	return marks
}

func TestAnAudienceVerifiesWhatIsItsOwnAndTheRestLooksUnknown(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w, a := serve(t, env), serveAPI(t, env, native.Options{})
	w.key = portalKey
	var own struct {
		Token string `json:"session_token"`
	}
	w.redeem(t, asking(w.mintMember(t, 1))).read(t, &own)
	batch := `{"tokens":["` + own.Token + `","` + a.session(t, ownerEmail, adaPassword) + `","nothing"]}`
	for key, want := range map[string]string{portalKey: "+--", panelKey: "---"} {
		if got := a.with("Bearer "+key).ok(t, http.StatusOK, http.MethodPost, "/v1/sessions/verify", batch); valid(got) != want {
			t.Errorf("%s: %s", key, got.answer.text)
		}
	}
	a.with("Bearer "+northKey).fails(t, "denied", http.MethodPost, "/v1/sessions/verify", batch)
	for _, body := range []string{`{}`, `{"tokens":[]}`, `{"tokens":[""]}`, `{"tokens":["` + strings.Repeat(`x","`, 100) + `x"]}`, `null`, `{"tokens":["x"],"more":1}`} {
		a.fails(t, "malformed-request", http.MethodPost, "/v1/sessions/verify", body)
	}
}

// TestWhoActsForSomebodyReadsWhoseSessionItIsAndNothingMore goes through every route of the API proper.
func TestWhoActsForSomebodyReadsWhoseSessionItIsAndNothingMore(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w, a := serve(t, env), serveAPI(t, env, native.Options{})
	var acting struct {
		Token string `json:"session_token"`
	}
	w.redeem(t, asking(w.mintOwner(t))).read(t, &acting)
	as := a.with("Bearer " + acting.Token)
	as.ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
	if got := w.session(t, secretOf(acting.Token)); got.StatusCode != http.StatusOK {
		t.Error(got.text)
	}
	id := strings.Repeat("1", 32)
	for _, r := range native.New(env.Authority, native.Options{}).Routes {
		if !strings.Contains(r.Access.String(), "or Basic") || r.Path == "/v1/limits" {
			continue
		}
		body := map[string]string{
			"POST /v1/login-tokens":    `{"account":"account:1200","email":"buyer@acme.test","audience":1}`,
			"POST /v1/sessions/verify": `{"tokens":["x"]}`,
			"POST /v1/credentials":     `{"kind":"api-key","principal":"person:3","name":"k"}`,
		}[r.Method+" "+r.Path]
		if body == "" && (r.Method == http.MethodPost || r.Method == http.MethodPatch || r.Method == http.MethodPut) {
			body = `{}`
		}
		got := as.do(t, r.Method, strings.ReplaceAll(r.Path, "{id}", id), body)
		if got.StatusCode != http.StatusForbidden && got.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s: %d %s", r.Method, r.Path, got.StatusCode, got.answer.text)
		}
	}
}
