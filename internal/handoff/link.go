package handoff

import (
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

// link is a login token as it arrived, with the landing it arrived at.
type link struct {
	landing
	token secret.Text
	email string
}

// linksIn returns the landings that parameters carry a link for: several, when audiences share a path.
func (v *visit) linksIn(given web.Query) []link {
	var links []link
	for _, l := range v.landings {
		if given.Has(l.Token) || l.Email != "" && given.Has(l.Email) {
			links = append(links, link{landing: l, token: secret.Of(given[l.Token]), email: given[l.Email]})
		}
	}
	return links
}

// hasFixed reports whether a query has all that the landing's URL always has.
func (l link) hasFixed(query web.Query) bool {
	for name, value := range l.Fixed {
		if query[name] != value {
			return false
		}
	}
	return true
}

func (l link) showRequest(from authority.Origin, absorbed bool) authority.ShowRequest {
	return authority.ShowRequest{
		From: from, Token: l.token, Audience: l.Audience.ID, Account: l.account,
		Email: l.email, HasEmail: l.Email != "", Absorbed: absorbed,
	}
}

func (l link) redeemRequest(key string) authority.RedeemRequest {
	return authority.RedeemRequest{
		Token: l.token, Audience: l.Audience.ID, Account: l.account,
		Email: l.email, HasEmail: l.Email != "", IdempotencyKey: key,
	}
}

// robots are substrings of the user agents of link scanners and previews, in lower case. They only sort the counts
// of who looked: no GET spends, whoever sends it.
var robots = []string{
	"googlebot", "bingbot", "applebot", "yandexbot", "duckduckbot", "slackbot", "twitterbot", "linkedinbot", "discordbot",
	"telegrambot", "facebookexternalhit", "facebot", "whatsapp/", "skypeuripreview", "bingpreview", "slack-imgproxy",
	"barracuda", "proofpoint", "mimecast", "safelinks", "urldefense",
}

// isAbsorbed reports whether nobody will read the answer: HEAD, a prefetch, a scanner.
func isAbsorbed(r *http.Request) bool {
	if r.Method == http.MethodHead {
		return true
	}
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		purpose := strings.ToLower(r.Header.Get(name))
		if strings.Contains(purpose, "prefetch") || strings.Contains(purpose, "prerender") || strings.Contains(purpose, "preview") {
			return true
		}
	}
	agent := strings.ToLower(r.UserAgent())
	for _, robot := range robots {
		if strings.Contains(agent, robot) {
			return true
		}
	}
	return false
}
