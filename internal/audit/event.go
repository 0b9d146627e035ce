// Package audit is the vocabulary of what is written down: one event for every
// act, appended in the transaction of the act it records.
//
// An event says who did what to whom, where, from where, through which dialect
// and under which request id. It never holds a secret. The package does not
// write anything; the authority appends and the store keeps.
package audit

import (
	"net/netip"
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Act names what was done, as "noun.verb".
type Act string

// The acts.
const (
	OpenSession      Act = "session.open"
	CloseSession     Act = "session.close"
	IssueAccessToken Act = "access-token.issue"
	Authenticate     Act = "credential.authenticate" // recorded when refused only
	MintLoginToken   Act = "login-token.mint"
	RedeemLoginToken Act = "login-token.redeem"
	CancelLoginToken Act = "login-token.cancel"
	CheckLoginToken  Act = "login-token.check" // recorded when refused only
	PutTenant        Act = "tenant.put"
	PutPrincipal     Act = "principal.put"
	PutRole          Act = "role.put"
	DropRole         Act = "role.drop"
	PutGrant         Act = "grant.put"
	DropGrant        Act = "grant.drop"
	PutAudience      Act = "audience.put"
	IssueCredential  Act = "credential.issue"
	ChangeCredential Act = "credential.change"
	RevokeCredential Act = "credential.revoke"
	RaiseFence       Act = "fence.raise"
	CreateSigningKey Act = "signing-key.create"
	RotateSigningKey Act = "signing-key.rotate" // when it signs was set, now or later
	RetireSigningKey Act = "signing-key.retire"
	KillSigningKey   Act = "signing-key.kill"
	ReadDirectory    Act = "directory.read" // recorded when refused only
	RestoreStore     Act = "store.restore"
	PassGateway      Act = "gateway.pass"    // recorded when refused only
	ApplyDirectory   Act = "directory.apply" // recorded when refused only: what it changes are acts of their own
)

// Outcome says how an act ended.
type Outcome string

// The outcomes.
const (
	Done   Outcome = "done"
	Denied Outcome = "denied"
)

// Event is one audit record.
type Event struct {
	ID         secret.ID // time-ordered
	At         time.Time
	Act        Act
	Outcome    Outcome
	Reason     string // why it was denied, a stable code
	Actor      grant.PrincipalID
	ActingFor  grant.PrincipalID // the subject, when the actor acts as somebody else
	Credential secret.ID         // what the actor proved itself with
	Subject    grant.PrincipalID // to whom it was done
	Tenant     tenant.ID
	Audience   int64
	Session    secret.ID
	LoginToken secret.ID
	Dialect    string
	Request    string // request id
	Source     netip.Addr
	Count      int64             // how many such acts the record stands for; 1 but for refusals past their budget and sessions loaded at once
	Detail     map[string]string // small facts of this act, never a secret
}
