package authority

import (
	"strconv"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// dependsOn returns the facts that a session or an access token depends on, as the feed names them: a verifier that
// hears of none of them knows that the verdict it was made with still holds.
func (f SessionFacts) dependsOn() []string {
	var facts []string
	seen := map[string]bool{}
	add := func(kind FeedKind, key string) {
		if fact := secret.Fact(string(kind), key); key != "" && !seen[fact] {
			seen[fact] = true
			facts = append(facts, fact)
		}
	}
	for _, s := range append([]Session{f.Session}, f.Above...) {
		add(FeedSession, s.ID.String())
		for _, id := range []CredentialID{s.Credential, s.Client} {
			if !id.IsZero() {
				add(FeedCredential, id.String())
			}
		}
	}
	for _, who := range []*Standing{f.Subject, f.Actor, f.Holder, f.ClientHolder} {
		add(FeedPrincipal, string(who.Principal.ID))
		add(FeedTenant, string(who.Principal.Organisation))
		for _, g := range who.Grants {
			if f.concerns(g) {
				add(FeedRole, string(g.Role))
			}
		}
	}
	for _, t := range f.Account {
		add(FeedTenant, string(t.ID))
	}
	add(FeedTenant, string(f.Session.Unit))
	if f.Session.Audience != 0 {
		add(FeedAudience, strconv.FormatInt(int64(f.Session.Audience), 10))
	}
	return facts
}

// concerns reports whether a grant of an organisation's own role has a say in what the session may do.
func (f SessionFacts) concerns(g grant.Grant) bool {
	if g.Role.BuiltIn() {
		return false // what they permit does not change
	}
	return f.Session.Account == "" || g.Tenant == f.Session.Account || g.Tenant.Kind() == tenant.KindOrganisation
}
