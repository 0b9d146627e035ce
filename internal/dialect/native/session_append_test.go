package native

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// TestASessionIsAppendedAsItIsEncoded compares what is written by hand with what the types say.
func TestASessionIsAppendedAsItIsEncoded(t *testing.T) {
	text := rapid.OneOf(rapid.Just(""), rapid.String())
	principal := rapid.Custom(func(t *rapid.T) authority.Principal {
		id := rapid.SampledFrom([]grant.PrincipalID{"", grant.Person(3), grant.Service("ORG/ERP")}).Draw(t, "principal")
		return authority.Principal{ID: id, Email: text.Draw(t, "email"), Name: text.Draw(t, "name")}
	})
	organisation, unit, account := tenant.Organisation("ORG"), tenant.Unit("OF\"FICE"), tenant.Account(1200)
	rapid.Check(t, func(t *rapid.T) {
		f := &authority.SessionFacts{
			Session: authority.Session{
				ExpiresAt: time.UnixMicro(rapid.Int64Range(0, 1<<51).Draw(t, "expires")), Audience: authority.AudienceID(rapid.Int64Range(0, 3).Draw(t, "audience")),
				Organisation: rapid.SampledFrom([]tenant.ID{"", organisation}).Draw(t, "organisation"),
				Unit:         rapid.SampledFrom([]tenant.ID{"", unit}).Draw(t, "unit"), Account: rapid.SampledFrom([]tenant.ID{"", account}).Draw(t, "account"),
			},
			Circumstances: authority.NoCircumstances(),
		}
		f.Subject.Principal, f.Actor.Principal = principal.Draw(t, "subject"), principal.Draw(t, "actor")
		if rapid.Bool().Draw(t, "named") {
			f.Subject.Tenants = map[tenant.ID]*authority.Tenant{organisation: {Name: text.Draw(t, "its name")}}
			f.Account = []*authority.Tenant{{ID: account, Name: text.Draw(t, "the account's name")}}
		}
		want, err := json.Marshal(sessionAnswer{sessionFacts: factsOf(f), Organisation: organisationOf(f), Unit: unitOf(f)})
		got, gotErr := appendSession(nil, f)
		if (err == nil) != (gotErr == nil) || err == nil && string(want) != string(got) {
			t.Fatal(err, gotErr, cmp.Diff(string(want), string(got)))
		}
	})
}
