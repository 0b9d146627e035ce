package alephee_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const secondKey = "second-key-000000000000000000000000"

// validationToken mints one for ACME.
func validationToken(t *testing.T, base, key, ttl string) string {
	t.Helper()
	got := mint(t, base, "1200", "API_KEY", key, "userEmail", "owner@acme.test", "module", "2", "ttl", ttl)
	var minted struct{ Token string }
	if err := json.Unmarshal([]byte(got.body), &minted); err != nil || got.status != http.StatusOK {
		t.Fatalf("%d %s: %v", got.status, got.body, err)
	}
	return minted.Token
}

// listed asks for a list and returns the numbers in it, and how many there are in all.
func listed(t *testing.T, target string) (ids []int64, total int) {
	t.Helper()
	got := get(t, target)
	var list struct {
		Total   int
		Paging  struct{ Limit, Offset, Total int }
		SortBy  struct{ Id string }
		Results []struct{ Id int64 }
	}
	if err := json.Unmarshal([]byte(got.body), &list); err != nil || got.status != http.StatusOK || list.Paging.Total != list.Total {
		t.Fatalf("%d %s: %v", got.status, got.body, err)
	}
	for _, r := range list.Results {
		ids = append(ids, r.Id)
	}
	return ids, list.Total
}

// integration asks for users with a validation token.
type integration struct {
	env  *testenv.Env
	base string
}

func (i integration) Begin(t *testing.T) string { return validationToken(t, i.base, demoKey, "60") }

func (i integration) Use(t *testing.T, presented string) bool {
	t.Helper()
	got := get(t, i.base+"/v2/accounts/1200/users?API_KEY="+demoKey+"&token="+presented)
	if got.status != http.StatusOK && got.status != http.StatusUnauthorized {
		t.Errorf("%d %s", got.status, got.body)
	}
	return got.status == http.StatusOK
}

func (i integration) End(*testing.T, string) { i.env.Clock.Advance(time.Minute) }

func TestTheStoryOfAValidationToken(t *testing.T) {
	dialecttest.Story(t, func(t *testing.T, env *testenv.Env) dialecttest.Teller {
		return integration{env: env, base: env.Serve(t, speak(env))}
	})
}

func TestAListIsReadInPagesWithoutGapsOrRepeats(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		applyMore(t, env)
		base := env.Serve(t, speak(env))
		accounts := base + "/v2/accounts?API_KEY=" + secondKey // Example Customer 505, ACME Trading 1200
		for sort, want := range map[string][2][]int64{
			"":          {{505, 1200}, {3, 4}},
			"id_asc":    {{505, 1200}, {3, 4}},
			"id_desc":   {{1200, 505}, {4, 3}},
			"name_asc":  {{1200, 505}, {3, 4}},
			"name_desc": {{505, 1200}, {4, 3}},
		} {
			users := base + "/v2/accounts/1200/users?API_KEY=" + demoKey + "&token=" + validationToken(t, base, demoKey, "60")
			for i, target := range []string{accounts, users} {
				if sort != "" {
					target += "&sort=" + sort
				}
				var got []int64
				for offset := range 3 {
					ids, total := listed(t, fmt.Sprintf("%s&limit=1&offset=%d", target, offset))
					if total != 2 || len(ids) > 1 {
						t.Errorf("%q: %v of %d", sort, ids, total)
					}
					got = append(got, ids...)
				}
				if !slices.Equal(got, want[i]) {
					t.Errorf("%q: %v, not %v", sort, got, want[i])
				}
			}
			env.Clock.Advance(time.Minute) // past the rates
		}
	})
}

func TestListsAreOfWhatCountsNow(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		base := env.Serve(t, speak(env))
		token := validationToken(t, base, demoKey, "60")
		users := base + "/v2/accounts/1200/users?API_KEY=" + demoKey + "&token=" + token
		if ids, _ := listed(t, users); !slices.Equal(ids, []int64{3, 4}) {
			t.Errorf("users %v", ids)
		}
		put := func(change func(ctx context.Context, tx authority.Tx) error) {
			if err := env.Store.Change(t.Context(), change); err != nil {
				t.Fatal(err)
			}
		}
		put(func(_ context.Context, tx authority.Tx) error {
			tx.DropGrant(grant.Grant{Principal: grant.Person(4), Tenant: tenant.Account(1200), Role: grant.AccountUser})
			return nil
		})
		if ids, _ := listed(t, users); !slices.Equal(ids, []int64{3}) {
			t.Errorf("users %v", ids)
		}
		put(func(ctx context.Context, tx authority.Tx) error {
			found, err := tx.Tenants(ctx, []tenant.ID{tenant.Account(1200)})
			found[0].HeldAt = env.Clock.Now()
			tx.PutTenant(found[0])
			return err
		})
		if got := get(t, users); got.status != http.StatusUnauthorized {
			t.Errorf("of a suspended account: %d %s", got.status, got.body)
		}
		if ids, _ := listed(t, base+"/v2/accounts?API_KEY="+demoKey); !slices.Equal(ids, []int64{1201}) {
			t.Errorf("accounts %v", ids)
		}
		if ids, total := listed(t, base+"/v2/accounts?API_KEY="+demoKey+"&documentNumber=CY10259033P"); total != 0 || len(ids) != 0 {
			t.Errorf("by its number %v", ids)
		}
	})
}

// listRefusals are the ways to fail on the lists.
var listRefusals = []struct {
	name, path, key string
	parameters      []string // $TOKEN is a validation token of the demo's key for ACME
	reason          string
}{
	{"accounts, unknown key", "", "nobodys", nil, authority.ReasonUnknown},
	{"accounts, empty key", "", "", nil, authority.ReasonUnknown},
	{"accounts, disabled key", "", "disabled-key-0000000000000000000000", nil, authority.ReasonDisabled},
	{"accounts, key of another dialect", "", "elsewhere-key-000000000000000000000", nil, authority.ReasonDialect},
	{"accounts, account of another key", "", demoKey, []string{"accountId", "505"}, authority.ReasonOutside},
	{"accounts, unknown account", "", demoKey, []string{"accountId", "9999"}, authority.ReasonOutside},
	{"accounts, suspended account", "", demoKey, []string{"accountId", "1201"}, authority.ReasonOutside},
	{"users, unknown key", "/1200/users", "nobodys", []string{"token", "$TOKEN"}, authority.ReasonUnknown},
	{"users, disabled key", "/1200/users", "disabled-key-0000000000000000000000", []string{"token", "$TOKEN"}, authority.ReasonDisabled},
	{"users, no token", "/1200/users", demoKey, nil, authority.ReasonUnknown},
	{"users, empty token", "/1200/users", demoKey, []string{"token", ""}, authority.ReasonUnknown},
	{"users, token that is none", "/1200/users", demoKey, []string{"token", "x"}, authority.ReasonUnknown},
	{"users, token of another key", "/1200/users", secondKey, []string{"token", "$TOKEN"}, authority.ReasonOtherCredential},
	{"users, another account of the key", "/1201/users", demoKey, []string{"token", "$TOKEN"}, authority.ReasonOutside},
	{"users, account of another key", "/505/users", demoKey, []string{"token", "$TOKEN"}, authority.ReasonOutside},
	{"users, unknown account", "/9999/users", demoKey, []string{"token", "$TOKEN"}, authority.ReasonOutside},
}

func TestEveryFailureOnTheListsIsTheSameAnswerToo(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		prepareRefusals(t, env)
		base := env.Serve(t, speak(env))
		same := get(t, base+"/v2/accounts")
		if same.status != http.StatusUnauthorized {
			t.Fatalf("without a key the status is %d: %s", same.status, same.body)
		}
		for _, refused := range listRefusals {
			t.Run(refused.name, func(t *testing.T) {
				parameters := append([]string{"API_KEY", refused.key}, refused.parameters...)
				token := validationToken(t, base, demoKey, "60")
				query := strings.ReplaceAll(queryOf(parameters), "%24TOKEN", token)
				got := get(t, base+"/v2/accounts"+refused.path+"?"+query)
				seen := got.visible()
				if refused.key == secondKey {
					seen["X-Ratelimit-Limit"] = same.visible()["X-Ratelimit-Limit"] // a live key's own
				}
				if diff := cmp.Diff(same.visible(), seen); diff != "" {
					t.Errorf("it can be told apart:\n%s", diff)
				}
				if reason := reasonOf(t, env, got.header.Get("X-Request-Id")); reason != refused.reason {
					t.Errorf("the audit log says %q, not %q", reason, refused.reason)
				}
			})
			env.Clock.Advance(10 * time.Second)
		}
	})
}
