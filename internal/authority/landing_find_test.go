package authority_test

import (
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const landingsDirectory = `
version: 1
audiences:
  - {id: 1, name: portal, kind: portal, url: "{portal}/login?token={token}", lifetime: {default: 30s, min: 5s, max: 60s}}
  - {id: 2, name: api, kind: api, lifetime: {default: 30s, min: 5s, max: 60s}}
  - {id: 3, name: panel, kind: portal, url: "{installation}/?user_email={email}&user_token={token}", lifetime: {default: 30s, min: 5s, max: 60s}}
  - {id: 4, name: module, kind: portal, url: "{portal}/index.php?module=in&account={account}&t={token}", lifetime: {default: 30s, min: 5s, max: 60s}}
  - {id: 5, name: path, kind: portal, url: "{installation}/a/{account}/in?t={token}", lifetime: {default: 30s, min: 5s, max: 60s}}
  - {id: 6, name: shop, kind: portal, url: "https://Shop.example/in?t={token}", lifetime: {default: 30s, min: 5s, max: 60s}}
  - {id: 7, name: own, kind: portal, url: "{installation}/in/{token}", lifetime: {default: 30s, min: 5s, max: 60s}}
organisations:
  - name: ORG
    people:
      - {id: 1, email: owner@ten.example, name: Owner}
    resellers:
      - id: 1
        name: R
        accounts:
          - {id: 10, name: Ten, portal: "https://ten.example/shop/", members: [{person: owner@ten.example, level: owner}]}
          - {id: 11, name: Eleven, portal: "http://ELEVEN.example:8080", members: [{person: owner@ten.example, level: owner}]}
`

func TestWhatLandsAtAHostFollowsFromTheDirectory(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, landingsDirectory)
		for _, c := range []struct {
			host, path string
			lands      string // audience:account, in order
		}{
			{"ten.example", "/shop/login", "1:account:10"},
			{"TEN.example", "/shop/login", "1:account:10"},
			{"ten.example", "/shop/index.php", "4:account:10"},
			{"ten.example", "/login", ""},
			{"ten.example", "/", ""},
			{"ten.example:8443", "/shop/login", ""},
			{"eleven.example:8080", "/login", "1:account:11"},
			{"eleven.example", "/login", ""},
			{"doorward.test", "/", "3:"},
			{"127.0.0.1:8080", "/", "3:"},
			{"", "/", "3:"},
			{"doorward.test", "/a/10/in", "5:account:10"},
			{"doorward.test", "/a/10/11/in", ""},
			{"doorward.test", "/a//in", ""},
			{"doorward.test", "/a/in", ""},
			{"doorward.test", "/in", ""},
			{"shop.example", "/in", "6:"},
		} {
			if got := strings.Join(landsAt(t, env, c.host, c.path), " "); got != c.lands {
				t.Errorf("%q%s: %q, not %q", c.host, c.path, got, c.lands)
			}
		}
	})
}

func landsAt(t *testing.T, env *testenv.Env, host, path string) (lands []string) {
	t.Helper()
	site, err := env.Authority.SiteAt(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range site.Landings {
		if account, ok := l.At(path); ok {
			lands = append(lands, l.Audience.ID.String()+":"+string(account))
		}
	}
	return lands
}

func TestALandingKnowsItsParameters(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, landingsDirectory)
		byAudience := map[authority.AudienceID]authority.Landing{}
		for _, host := range []string{"ten.example", "doorward.test"} {
			site, err := env.Authority.SiteAt(t.Context(), host)
			if err != nil {
				t.Fatal(err)
			}
			if wanted := host == "ten.example"; (site.Account.ID == tenant.Account(10)) != wanted {
				t.Errorf("%s is the portal of %q", host, site.Account.ID)
			}
			for _, l := range site.Landings {
				byAudience[l.Audience.ID] = l
			}
		}
		if l := byAudience[3]; l.Token != "user_token" || l.Email != "user_email" || len(l.Fixed) != 0 {
			t.Errorf("the panel's landing is %+v", l)
		}
		if l := byAudience[4]; l.Token != "t" || l.Email != "" || l.Fixed["module"] != "in" || l.Fixed["account"] != "10" || len(l.Fixed) != 2 {
			t.Errorf("the module's landing is %+v", l)
		}
		if _, ok := byAudience[7]; ok {
			t.Error("a template without a parameter for the token lands")
		}
	})
}
