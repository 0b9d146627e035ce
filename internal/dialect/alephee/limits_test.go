package alephee_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/dialect/alephee"
	"github.com/doorward/doorward/internal/testenv"
)

// serve returns a server over the demo directory and more, on the embedded engine: rates are no matter of the store.
func serve(t *testing.T, o alephee.Options) (*testenv.Env, string) {
	t.Helper()
	env := testenv.New(t, "sqlite")
	applyMore(t, env)
	return env, env.Serve(t, alephee.New(env.Authority, o))
}

func TestThirtyAtOnceThenOneEveryTwoSeconds(t *testing.T) {
	env, base := serve(t, alephee.Options{})
	ask := func() answer { return mint(t, base, "1200", "API_KEY", demoKey, "userEmail", "owner@acme.test") }
	for call := 1; call <= 30; call++ {
		ask().check(t, http.StatusOK, 30, 30-call, -1)
	}
	refused := ask()
	refused.check(t, http.StatusTooManyRequests, 30, 0, 2)
	if refused.rate(t, "reset") != 60 || refused.header.Get("Retry-After") != "2" {
		t.Errorf("reset %d, Retry-After %q", refused.rate(t, "reset"), refused.header.Get("Retry-After"))
	}
	if want := `{"Status":429,"Message":"The rate limit of this key is reached."}`; refused.body != want {
		t.Errorf("the body is %s", refused.body)
	}
	env.Clock.Advance(2*time.Second - time.Nanosecond)
	ask().check(t, http.StatusTooManyRequests, 30, 0, 1)
	env.Clock.Advance(time.Nanosecond)
	ask().check(t, http.StatusOK, 30, 0, -1)
	ask().check(t, http.StatusTooManyRequests, 30, 0, 2)
	env.Clock.Advance(time.Minute)
	ask().check(t, http.StatusOK, 30, 29, -1)
}

func TestWhatIsMalformedIsSaidBeforeWhatIsTooMany(t *testing.T) {
	_, base := serve(t, alephee.Options{PerMinute: 1})
	key := []string{"API_KEY", "made-up", "userEmail", "owner@acme.test"}
	mint(t, base, "1200", key...).check(t, http.StatusUnauthorized, 1, 0, -1)
	mint(t, base, "1200", key...).check(t, http.StatusTooManyRequests, 1, 0, 60)
	mint(t, base, "1200", append(key, "ttl", "4")...).check(t, http.StatusBadRequest, 1, 1, -1)
}

func TestWhatIsNeverCountedTellsNothingOfTheKey(t *testing.T) {
	_, base := serve(t, alephee.Options{Limits: map[string]int{"logintoken": 7, "accounts": 8}})
	keys := []string{fastKey, demoKey, "made-up", ""}
	for _, key := range keys {
		mint(t, base, "1200", "API_KEY", key, "userEmail", "owner@acme.test") // so that none is untouched
	}
	for _, c := range []struct {
		method, target string
		status, limit  int
	}{
		{"GET", "/v2/accounts/1200/logintoken?ttl=4", http.StatusBadRequest, 7},
		{"GET", "/v2/accounts/1200/logintoken?%", http.StatusBadRequest, 7},
		{"GET", "/v2/accounts/x/logintoken", http.StatusBadRequest, 7},
		{"POST", "/v2/accounts/1200/logintoken", http.StatusMethodNotAllowed, 7},
		{"GET", "/v2/accounts/1200/logintokens", http.StatusNotFound, 30},
		{"GET", "/v2/accounts?limit=0", http.StatusBadRequest, 8},
		{"HEAD", "/v2/accounts", http.StatusMethodNotAllowed, 8},
		{"GET", "/v2/accounts/x/users", http.StatusBadRequest, 30},
		{"HEAD", "/v2/accounts/1200/users", http.StatusMethodNotAllowed, 30},
	} {
		for _, key := range keys {
			got := send(t, c.method, base+c.target, key)
			got.check(t, c.status, c.limit, c.limit, -1)
			if reset := got.rate(t, "reset"); reset != 0 {
				t.Errorf("%s %s with key %q: reset %d", c.method, c.target, key, reset)
			}
		}
	}
}

// send presents a key in the header.
func send(t *testing.T, method, target, key string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-API-Key", key)
	return answerTo(t, r)
}

func TestAKeyHasItsOwnLimitOnlyWhileItIsLive(t *testing.T) {
	_, base := serve(t, alephee.Options{Limits: map[string]int{"logintoken": 7}})
	ask := func(key string) answer { return mint(t, base, "1200", "API_KEY", key, "userEmail", "owner@acme.test") }
	ask(fastKey).check(t, http.StatusOK, 60, 59, -1)
	ask(demoKey).check(t, http.StatusOK, 30, 29, -1)
	ask("made-up").check(t, http.StatusUnauthorized, 7, 6, -1)
	ask("elsewhere-key-000000000000000000000").check(t, http.StatusUnauthorized, 7, 6, -1) // 60 where it is valid
	ask("restricted-key-00000000000000000000").check(t, http.StatusUnauthorized, 7, 6, -1)
}

func TestEachRouteHasARateOfItsOwnForEachKey(t *testing.T) {
	env, base := serve(t, alephee.Options{PerMinute: 3, Limits: map[string]int{"accounts": 4}})
	accounts := func(key string) answer { return get(t, base+"/v2/accounts?API_KEY="+key) }
	users := func(key, token string) answer {
		return get(t, base+"/v2/accounts/1200/users?API_KEY="+key+"&token="+token)
	}
	accounts(secondKey).check(t, http.StatusOK, 5, 4, -1)
	accounts(fastKey).check(t, http.StatusOK, 4, 3, -1)
	accounts("made-up").check(t, http.StatusUnauthorized, 4, 3, -1)
	users(secondKey, "").check(t, http.StatusUnauthorized, 6, 5, -1)
	users(fastKey, "").check(t, http.StatusUnauthorized, 3, 2, -1)
	users("made-up", "").check(t, http.StatusUnauthorized, 3, 2, -1)
	for range 4 {
		accounts(secondKey)
	}
	accounts(secondKey).check(t, http.StatusTooManyRequests, 5, 0, 12)
	token := validationToken(t, base, secondKey, "60")
	for range 5 {
		users(secondKey, token)
	}
	users(secondKey, token).check(t, http.StatusTooManyRequests, 6, 0, 10)
	env.Clock.Advance(10 * time.Second)
	users(secondKey, token).check(t, http.StatusOK, 6, 0, -1)
	accounts(secondKey).check(t, http.StatusTooManyRequests, 5, 0, 2)
}

func TestKeysThatNobodyHasAreLimitedByTextAndByAddress(t *testing.T) {
	env, base := serve(t, alephee.Options{})
	ask := func(key string) answer { return mint(t, base, "1200", "API_KEY", key, "userEmail", "owner@acme.test") }
	for call := 1; call <= 30; call++ {
		ask("made-up").check(t, http.StatusUnauthorized, 30, 30-call, -1)
	}
	ask("made-up").check(t, http.StatusTooManyRequests, 30, 0, 2)
	ask("another").check(t, http.StatusTooManyRequests, 30, 0, 2)
	ask(demoKey).check(t, http.StatusOK, 30, 29, -1) // who has a key is not bothered by who guesses
	env.Clock.Advance(2 * time.Second)
	ask("another").check(t, http.StatusUnauthorized, 30, 29, -1)
	env.Clock.Advance(time.Minute)
	for call := range 30 {
		ask(fmt.Sprintf("guess-%d", call)).check(t, http.StatusUnauthorized, 30, 29, -1)
	}
	ask("guess-30").check(t, http.StatusTooManyRequests, 30, 0, 2)
}

func TestHoweverManyKeysAreMadeUpNoKnownKeyIsForgotten(t *testing.T) {
	_, base := serve(t, alephee.Options{PerMinute: 3, MaxKeys: 2})
	ask := func(key string) answer { return mint(t, base, "1200", "API_KEY", key, "userEmail", "owner@acme.test") }
	ask(fastKey).check(t, http.StatusOK, 60, 59, -1)
	for call := range 20 {
		ask(fmt.Sprintf("guess-%d", call))
	}
	ask(fastKey).check(t, http.StatusOK, 60, 58, -1)
}

func TestEveryAnswerHasTheRateHeaders(t *testing.T) {
	_, base := serve(t, alephee.Options{PerMinute: 5})
	statuses := map[int]bool{}
	for _, target := range []string{
		"/v2", "/v2/", "/v2/accounts", "/v2//accounts", "/v2/accounts/1200/logintoken/", "/v2/accounts/1200/%00",
		"/v2/accounts/30%00/logintoken", "/v2/accounts/1200/logintoken?%", "/v2/accounts/1200/logintoken?ttl=0",
		"/v2/accounts/1200/logintoken", "/v2/accounts/1200/logintoken?API_KEY=x", "/v2/accounts/1200/logintoken?API_KEY=x&userEmail=" + strings.Repeat("x", 9000),
		"/v2/accounts/1200/logintoken?API_KEY=x", "/v2/accounts/1200/logintoken?API_KEY=x", "/v2/accounts/1200/logintoken?API_KEY=x",
		"/v2/accounts/1201/logintoken?userEmail=owner@acme.test&API_KEY=" + demoKey,
		"/v2/accounts/1200/logintoken?userEmail=owner@acme.test&API_KEY=" + demoKey,
	} {
		got := get(t, base+target)
		statuses[got.status] = true
		for _, name := range []string{"limit", "remaining", "reset", "retryafter"} {
			got.rate(t, name)
		}
		if got.header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: Content-Type %q", target, got.header.Get("Content-Type"))
		}
		if got.status != http.StatusOK && !strings.HasPrefix(got.body, fmt.Sprintf(`{"Status":%d,"Message":"`, got.status)) {
			t.Errorf("%s: %s", target, got.body)
		}
	}
	for _, status := range []int{200, 400, 401, 404, 412, 429} {
		if !statuses[status] {
			t.Errorf("none of these answers was a %d", status)
		}
	}
}
