package native_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func TestACredentialIsIssuedShownChangedRotatedAndRevoked(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		ada := string(a.person(t, ownerEmail))
		issued := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", `{"kind":"key-pair","principal":"`+ada+`","name":"sync",
			"tenants":["account:1200"],"permissions":["readApplications"],"dialects":["native"],"networks":["127.0.0.0/8"],"limits":{"v1":90}}`)
		id, pair := issued.text("credential", "id"), basic(issued.text("key"), issued.text("secret"))
		if issued.Header.Get("Location") != "/v1/credentials/"+id || issued.text("credential", "principal") != ada {
			t.Error(issued.answer.text)
		}
		own := a.with(pair).ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
		if own.text("credential") != id || !strings.HasPrefix(own.Header.Get("RateLimit-Policy"), `"v1";q=90;w=60`) {
			t.Error(own.answer.text, own.Header)
		}
		if err := env.Authority.FlushUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		shown := a.ok(t, http.StatusOK, http.MethodGet, "/v1/credentials/"+id, "")
		if uses, _ := shown.at("uses").([]any); len(uses) != 1 || strings.Contains(shown.answer.text, issued.text("secret")) {
			t.Error(shown.answer.text)
		}

		tag := shown.Header.Get("ETag")
		changed := a.ok(t, http.StatusOK, http.MethodPatch, "/v1/credentials/"+id, `{"name":"nightly","expires_at":"2096-03-01T00:00:00Z"}`, "If-Match: "+tag)
		if changed.text("name") != "nightly" || changed.Header.Get("ETag") == tag {
			t.Error(changed.answer.text, changed.Header)
		}
		a.fails(t, "precondition-failed", http.MethodPatch, "/v1/credentials/"+id, `{"name":"lost"}`, "If-Match: "+tag)
		a.fails(t, "precondition-failed", http.MethodPatch, "/v1/credentials/"+id, `{"name":"lost"}`, "If-Match: W/"+changed.Header.Get("ETag"))
		lifted := a.ok(t, http.StatusOK, http.MethodPatch, "/v1/credentials/"+id, `{"permissions":null,"expires_at":null}`, `If-Match: "other", `+changed.Header.Get("ETag"))
		if lifted.at("permissions") != nil || lifted.at("expires_at") != nil || lifted.text("name") != "nightly" {
			t.Error(lifted.answer.text)
		}

		rotated := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials/"+id+"/rotate", `{"overlap_seconds":60}`)
		a.with(pair).ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
		next := rotated.text("credential", "id")
		if old := a.ok(t, http.StatusOK, http.MethodGet, "/v1/credentials/"+id, ""); old.text("replaced_by") != next {
			t.Error(old.answer.text)
		}
		a.fails(t, "conflict", http.MethodPost, "/v1/credentials/"+id+"/rotate", `{}`)

		dry := a.ok(t, http.StatusOK, http.MethodDelete, "/v1/credentials/"+next+"?dry_run=true", "")
		if dry.at("dry_run") != true {
			t.Error(dry.answer.text)
		}
		again := a.with(basic(rotated.text("key"), rotated.text("secret")))
		again.ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
		a.ok(t, http.StatusOK, http.MethodDelete, "/v1/credentials/"+next, "")
		again.fails(t, "unauthenticated", http.MethodGet, "/v1/limits", "")
	})
}

func TestARepeatedRequestIsAnsweredAlikeAndMakesNothingMore(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		ada := string(a.person(t, ownerEmail))
		body := func(kind, name string) string {
			return `{"kind":"` + kind + `","principal":"` + ada + `","name":"` + name + `"}`
		}
		for _, kind := range []string{"api-key", "key-pair", "authentication-code"} {
			first := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body(kind, "k"), "Idempotency-Key: k-"+kind)
			env.Clock.Advance(authority.RepeatLifetime / 2)
			repeat := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body(kind, "k"), "Idempotency-Key: k-"+kind)
			if repeat.answer.text != first.answer.text || repeat.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
				t.Errorf("%s\n%s", first.answer.text, repeat.answer.text)
			}
			a.fails(t, "idempotency-key-reused", http.MethodPost, "/v1/credentials", body(kind, "other"), "Idempotency-Key: k-"+kind)
			other := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body(kind, "k"), "Idempotency-Key: other-"+kind)
			if other.text("key") == first.text("key") || other.at("secret") == first.at("secret") && other.at("secret") != nil {
				t.Error(other.answer.text)
			}
			id := first.text("credential", "id")
			rotated := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials/"+id+"/rotate", `{}`, "Idempotency-Key: r-"+kind)
			env.Clock.Advance(authority.RepeatLifetime / 4)
			if again := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials/"+id+"/rotate", `{}`, "Idempotency-Key: r-"+kind); again.answer.text != rotated.answer.text {
				t.Errorf("%s\n%s", rotated.answer.text, again.answer.text)
			}
			env.Clock.Advance(authority.RepeatLifetime)
			fresh := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body(kind, "k"), "Idempotency-Key: k-"+kind)
			if fresh.text("credential", "id") == id || fresh.text("key") == first.text("key") {
				t.Error(fresh.answer.text)
			}
		}
	})
}

func TestOfManyEqualRequestsAtOnceOneMakesSomething(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		body := `{"kind":"api-key","principal":"` + string(a.person(t, ownerEmail)) + `","name":"once"}`
		answers := make(chan reply)
		for range 8 {
			go func() { answers <- a.do(t, http.MethodPost, "/v1/credentials", body, "Idempotency-Key: at-once") }()
		}
		ids, keys, replayed := map[string]bool{}, map[string]bool{}, 0
		for range 8 {
			got := <-answers
			ids[got.text("credential", "id")], keys[got.text("key")] = true, true
			if got.Header.Get("Idempotency-Replayed") != "" {
				replayed++
			}
		}
		if len(ids) != 1 || len(keys) != 1 || replayed != 7 {
			t.Errorf("%v %v, %d repeats", ids, keys, replayed)
		}
	})
}

func TestAnIdempotencyKeyIsThePrincipalsOwn(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	a := serveAPI(t, env, native.Options{})
	body := `{"kind":"api-key","principal":"` + string(a.person(t, ownerEmail)) + `","name":"k"}`
	first := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body, "Idempotency-Key: k")
	session := a.with("Bearer " + a.session(t, "operator@doorward.test", "an-operators-demo-password"))
	if same := session.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body, "Idempotency-Key: k"); same.answer.text != first.answer.text {
		t.Error("the same principal by another credential got", same.answer.text)
	}
	env.Apply(t, strings.Replace(string(demo.Directory), "name: Nora North\n", "name: Nora North\n        installation_role: operator\n", 1))
	other := a.with("Bearer "+northKey).ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body, "Idempotency-Key: k")
	if other.text("credential", "id") == first.text("credential", "id") || other.text("key") == first.text("key") || other.at("key") == nil {
		t.Error("another operator got", other.answer.text)
	}
}

func TestASecretThatWasBroughtAlongIsNotRepeated(t *testing.T) {
	a := serveAPI(t, testenv.New(t, "sqlite").Demo(t), native.Options{})
	body := `{"kind":"api-key","principal":"` + string(a.person(t, ownerEmail)) + `","name":"k","key":"brought-along-0123456789"}`
	first := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body, "Idempotency-Key: k")
	again := a.ok(t, http.StatusCreated, http.MethodPost, "/v1/credentials", body, "Idempotency-Key: k")
	if again.at("key") != nil || first.text("key") == "" || again.text("credential", "id") != first.text("credential", "id") {
		t.Error(again.answer.text)
	}
}

func TestAnOperatorOfASubtreeSeesNothingBesideIt(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		north := a.with("Bearer " + a.key(t, "manager@north.test", authority.Restriction{}))
		all, below := map[string]map[string]any{}, map[string]bool{}
		for _, item := range collect(t, a, "/v1/credentials?limit=7") {
			all[item["id"].(string)] = item
		}
		for _, item := range collect(t, north, "/v1/credentials?limit=3") {
			below[item["id"].(string)] = true
		}
		if len(below) == 0 || len(below) >= len(all) {
			t.Fatalf("%d of %d", len(below), len(all))
		}
		unknown := north.fails(t, "not-found", http.MethodGet, "/v1/credentials/"+secret.NewID(env.Clock.Now()).String(), "")
		for id := range all {
			got := north.do(t, http.MethodGet, "/v1/credentials/"+id, "")
			if seen := got.StatusCode == http.StatusOK; seen != below[id] {
				t.Errorf("%v is listed: %v, shown: %v", all[id], below[id], seen)
			}
			if !below[id] && strip(got) != strip(unknown) {
				t.Errorf("%s\n%s", got.told(), unknown.told())
			}
		}
		for _, target := range []string{"/v1/credentials?tenant=installation", "/v1/credentials?tenant=organisation:NONE"} {
			north.fails(t, "not-found", http.MethodGet, target, "")
		}
		outside := north.fails(t, "not-found", http.MethodPost, "/v1/credentials", `{"kind":"api-key","principal":"`+string(a.person(t, "operator@doorward.test"))+`","name":"k"}`)
		absent := north.fails(t, "not-found", http.MethodPost, "/v1/credentials", `{"kind":"api-key","principal":"person:424242","name":"k"}`)
		if outside.at("title") != absent.at("title") || outside.at("code") != absent.at("code") {
			t.Errorf("%s\n%s", outside.answer.text, absent.answer.text)
		}
	})
}

// strip is what is told but for what is left of the allowance.
func strip(r reply) string {
	r.Header.Del("RateLimit")
	return r.told()
}

// collect follows a list to its end.
func collect(t *testing.T, a api, target string) (all []map[string]any) {
	t.Helper()
	for next := target; ; {
		got := a.ok(t, http.StatusOK, http.MethodGet, next, "")
		for _, item := range got.items() {
			all = append(all, item.(map[string]any))
		}
		if got.at("next_cursor") == nil {
			return all
		}
		next = target + "&cursor=" + got.text("next_cursor")
	}
}

func TestACursorIsForItsOwnListAndFilter(t *testing.T) {
	a := serveAPI(t, testenv.New(t, "sqlite").Demo(t), native.Options{})
	cursor := a.ok(t, http.StatusOK, http.MethodGet, "/v1/credentials?limit=2", "").text("next_cursor")
	a.ok(t, http.StatusOK, http.MethodGet, "/v1/credentials?limit=3&cursor="+cursor, "")
	for _, target := range []string{"/v1/credentials?live=true&cursor=" + cursor, "/v1/sessions?cursor=" + cursor, "/v1/credentials?cursor=" + cursor[1:], "/v1/credentials?cursor=x"} {
		if got := a.fails(t, "malformed-request", http.MethodGet, target, ""); got.text("parameter") != "cursor" {
			t.Error(got.answer.text)
		}
	}
	for _, target := range []string{"/v1/credentials?limit=0", "/v1/credentials?limit=201", "/v1/credentials?limit=01", "/v1/credentials?kind=", "/v1/credentials?kind=none", "/v1/credentials?other=1"} {
		a.fails(t, "malformed-request", http.MethodGet, target, "")
	}
}
