package native

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

func TestASessionOfAServiceHasNullsWhereNothingIsKnown(t *testing.T) {
	f := authority.SessionFacts{
		Session:       authority.Session{ExpiresAt: time.Date(2026, 2, 3, 4, 5, 6, 999, time.FixedZone("", 3600))},
		Circumstances: authority.NoCircumstances(),
	}
	f.Subject.Principal = authority.Principal{ID: grant.Service("CRMDEMO/ERP"), Name: "ERP"}
	const want = `{"expires_at":"2026-02-03T03:05:06Z","audience":null,"subject":{"id":null,"email":null,"name":"ERP"},` +
		`"account":null,"actor":null,"organisation":null,"unit":null}`
	if diff := cmp.Diff(want, encoded(t, sessionAnswer{sessionFacts: factsOf(&f), Organisation: organisationOf(&f), Unit: unitOf(&f)})); diff != "" {
		t.Error(diff)
	}
}

func TestAnActingSessionNamesBothAndItsUnit(t *testing.T) {
	home, office, shop := tenant.Organisation("CRMDEMO"), tenant.Unit("EE63"), tenant.Account(505)
	owner := authority.Principal{ID: grant.Person(6), Email: "owner@shop.test", Name: "Olga"}
	f := authority.SessionFacts{
		Session: authority.Session{
			ExpiresAt: time.Unix(0, 0), Audience: 3, Organisation: home, Unit: office, Account: shop,
		},
		Circumstances: &authority.Circumstances{
			Subject: &authority.Standing{Principal: owner, Tenants: map[tenant.ID]*authority.Tenant{
				home: {ID: home, Name: "CRMDEMO"}, office: {ID: office, Name: "Head office"},
			}},
			Actor:   &authority.Standing{Principal: authority.Principal{ID: grant.Person(8), Email: "manager@north.test", Name: "Nora"}},
			Account: []*authority.Tenant{{ID: shop, Name: "Shop"}},
		},
	}
	const want = `{"expires_at":"1970-01-01T00:00:00Z","audience":3,"subject":{"id":6,"email":"owner@shop.test","name":"Olga"},` +
		`"account":{"id":505,"name":"Shop"},"actor":{"id":8,"email":"manager@north.test","name":"Nora","kind":"person"},` +
		`"organisation":{"name":"CRMDEMO"},"unit":{"id":"EE63","name":"Head office"}}`
	if diff := cmp.Diff(want, encoded(t, sessionAnswer{sessionFacts: factsOf(&f), Organisation: organisationOf(&f), Unit: unitOf(&f)})); diff != "" {
		t.Error(diff)
	}
}

func TestAnActingServiceIsNamedAsOne(t *testing.T) {
	got := actorOf(&authority.Principal{ID: grant.Service("CRMDEMO/ERP"), Name: "ERP"})
	if diff := cmp.Diff(`{"id":null,"email":null,"name":"ERP","kind":"service"}`, encoded(t, got)); diff != "" {
		t.Error(diff)
	}
}

func encoded(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
