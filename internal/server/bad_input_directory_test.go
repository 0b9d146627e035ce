package server_test

import (
	"fmt"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// directoryValues is what is valid for the directory in /v1. What is changed is made anew each time, so that every right
// request is answered alike.
var directoryValues = map[string]valid{
	"native createTenant Idempotency-Key":   {make: unique("attempt-")},
	"native createPerson Idempotency-Key":   {make: unique("attempt-")},
	"native createService Idempotency-Key":  {make: unique("attempt-")},
	"native createRole Idempotency-Key":     {make: unique("attempt-")},
	"native giveGrant Idempotency-Key":      {make: unique("attempt-")},
	"native createAudience Idempotency-Key": {make: unique("attempt-")},

	"native listTenants name":     {leftOut: true}, // any text is right: directory_test.go of native
	"native listPersons name":     {leftOut: true},
	"native listServices name":    {leftOut: true},
	"native listTenants below":    opaque("installation"),
	"native listTenants parent":   opaque("reseller:1"),
	"native organisation":         opaque("organisation:CRMDEMO"),
	"native listGrants principal": {leftOut: true}, // beside the tenant both only select among what is seen
	"native listGrants role":      {leftOut: true},
	"native listGrants tenant":    opaque("account:1200"),
	"native createTenant id":      {leftOut: true}, // there can be one only
	"native createPerson id":      {leftOut: true},
	"native createAudience id":    {leftOut: true},
	"native parent":               opaque("reseller:1"),
	"native owner":                {make: newPerson, opaque: true}, // who is asked for elsewhere stays as the demo has them
	"native portal":               {make: uniqueIn("https://p", ".example.com")},
	"native createPerson email":   {make: uniqueIn("p", "@example.com")},
	"native changePerson email":   {make: uniqueIn("p", "@example.com")},
	"native username":             {make: unique("person")},
	"native createService name":   {make: unique("service")},
	"native createRole name":      {make: unique("role")},
	"native resource":             {make: uniqueIn("https://p", ".example.com/api")},
	"native audience":             opaque("1"),
	"native person":               opaque("person:3"),
	"native service":              opaque("service:CRMDEMO/ERP integration"),
	"native showTenant tenant":    opaque("account:1200"),
	"native showRole role":        opaque("CRMDEMO/agent"),
	"native showGrant principal":  opaque("person:3"),
	"native showGrant tenant":     opaque("account:1200"),
	"native showGrant role":       opaque("account.owner"),

	"native changeTenant tenant":     {make: newAccount, opaque: true},
	"native suspendTenant tenant":    {make: newAccount, opaque: true},
	"native resumeTenant tenant":     {make: newAccount, opaque: true},
	"native changePerson person":     {make: newPerson, opaque: true},
	"native deletePerson person":     {make: newPerson, opaque: true},
	"native suspendPerson person":    {make: newPerson, opaque: true},
	"native resumePerson person":     {make: newPerson, opaque: true},
	"native changeService service":   {make: newService, opaque: true},
	"native deleteService service":   {make: newService, opaque: true},
	"native suspendService service":  {make: newService, opaque: true},
	"native resumeService service":   {make: newService, opaque: true},
	"native changeRole role":         {make: newRole, opaque: true},
	"native deleteRole role":         {make: newRole, opaque: true},
	"native giveGrant principal":     {make: newPerson, opaque: true},
	"native giveGrant tenant":        opaque("account:1200"),
	"native giveGrant role":          opaque("account.user"),
	"native giveGrant primary":       is("true"),
	"native changeGrant principal":   {make: newMember, opaque: true},
	"native changeGrant tenant":      opaque("account:1200"),
	"native changeGrant role":        opaque("account.user"),
	"native changeGrant primary":     is("true"),
	"native takeGrant principal":     {make: newMember, opaque: true},
	"native takeGrant tenant":        opaque("account:1200"),
	"native takeGrant role":          opaque("account.user"),
	"native changeAudience audience": {make: newAudience, opaque: true},
}

func uniqueIn(prefix, suffix string) func(*world) string {
	return func(*world) string { return fmt.Sprintf("%s%020d%s", prefix, numbered.Add(1), suffix) }
}

var operatorHere = authority.CommandLine(authority.Origin{})

const crmdemo = tenant.ID("organisation:CRMDEMO")

func mustMake[T any](w *world, made T, err error) T {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	return made
}

func newAccount(w *world) string {
	made, err := w.authority.CreateTenant(w.Context(), operatorHere, authority.TenantRequest{
		Kind: tenant.KindAccount, Parent: "reseller:1", Name: "New", Owner: grant.PrincipalID(newPerson(w)), // nobody of the demo, as whom others are asked for
	})
	return string(mustMake(w, made, err).ID)
}

// newPerson has a number of 16 digits, as those that nobody chose, but behind the others in every list.
func newPerson(w *world) string {
	made, err := w.authority.CreatePerson(w.Context(), operatorHere, authority.PersonRequest{
		Number: 9_100_000_000_000_000 + numbered.Add(1), Organisation: crmdemo, Email: uniqueIn("new", "@example.com")(w), Name: "New",
	})
	return string(mustMake(w, made, err).ID)
}

func newMember(w *world) string {
	who := newPerson(w)
	given, err := w.authority.GiveGrant(w.Context(), operatorHere, grant.Grant{
		Principal: grant.PrincipalID(who), Tenant: tenant.Account(1200), Role: grant.AccountUser,
	})
	mustMake(w, given, err)
	return who
}

func newService(w *world) string {
	made, err := w.authority.CreateService(w.Context(), operatorHere, authority.ServiceRequest{Organisation: crmdemo, Name: unique("new")(w)})
	return string(mustMake(w, made, err).ID)
}

func newRole(w *world) string {
	made, err := w.authority.CreateRole(w.Context(), operatorHere, crmdemo, unique("new")(w), []grant.Permission{"write"})
	return string(mustMake(w, made, err).ID)
}

func newAudience(w *world) string {
	made, err := w.authority.CreateAudience(w.Context(), operatorHere, authority.Audience{
		ID: authority.AudienceID(1_000_000_000_000_000 + numbered.Add(1)), Name: "New", Kind: authority.API, Lifetime: authority.LifetimeRange{Default: 30e9, Min: 5e9, Max: 60e9},
	})
	return mustMake(w, made, err).ID.String()
}
