package main

import (
	"context"
	"errors"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

type sessionCommand struct {
	List   sessionListCommand   `cmd:"" help:"List sessions, and whether each counts now."`
	Revoke sessionRevokeCommand `cmd:"" help:"End sessions for good."`
}

// given is the value of a flag that narrows. An empty one, as from a shell variable that is not set, is refused: it
// would select everything.
type given string

// UnmarshalText refuses the empty value.
func (g *given) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("the value is empty: leave the flag out to select all")
	}
	*g = given(text)
	return nil
}

// sessionFlags select sessions.
type sessionFlags struct {
	ID           given         `name:"id" placeholder:"ID" help:"This one session, ended or not."`
	Principal    given         `placeholder:"NAME" help:"Whose: the subject, who acts, or whose credential it came from (person:3, an e-mail, service:ORGANISATION/NAME)."`
	Credential   given         `placeholder:"ID" help:"Those that came from this credential."`
	Tenant       given         `placeholder:"ID" help:"Those of an account, organisation or unit at or below this tenant (account:1200)."`
	Dialect      given         `placeholder:"NAME" help:"Those opened in this dialect (pulse)."`
	OpenedBefore time.Time     `placeholder:"TIME" help:"Those opened before a time, in RFC 3339."`
	OlderThan    time.Duration `placeholder:"DURATION" help:"Those opened longer ago than this (12h)."`
}

func (f sessionFlags) none() bool { return f == sessionFlags{} }

// filter turns the flags into what the authority understands.
func (f sessionFlags) filter(ctx context.Context, a *authority.Authority, by authority.Actor) (authority.SessionFilter, error) {
	filter := authority.SessionFilter{Tenant: tenant.ID(f.Tenant), Dialect: string(f.Dialect), OpenedBefore: f.OpenedBefore}
	if f.OlderThan != 0 && !f.OpenedBefore.IsZero() {
		return filter, usagef("--opened-before and --older-than say the same: give one of them")
	}
	if f.OlderThan < 0 {
		return filter, usagef("--older-than: write a span of time that is past, for example 12h")
	}
	if f.OlderThan > 0 {
		filter.OpenedBefore = a.Now().Add(-f.OlderThan)
	}
	id, err := readID("--id", f.ID)
	if err != nil {
		return filter, err
	}
	credential, err := readID("--credential", f.Credential)
	if err != nil {
		return filter, err
	}
	filter.ID, filter.Credential = authority.SessionID(id), authority.CredentialID(credential)
	if f.Principal != "" {
		found, err := a.FindPrincipal(ctx, by, string(f.Principal))
		if err != nil {
			return filter, err
		}
		filter.Principal = found.Principal.ID
	}
	return filter, nil
}

// readID reads an ID of 32 hexadecimal digits, or none.
func readID(flag string, text given) (secret.ID, error) {
	if text == "" {
		return secret.ID{}, nil
	}
	id, err := secret.ParseID(string(text))
	if err != nil || id.IsZero() { // the zero ID is nobody's, and would narrow nothing
		return id, usagef("%s: write the 32 lower-case hexadecimal digits of an ID", flag)
	}
	return id, nil
}

// noSession is the answer to an ID that no session has.
func noSession(id authority.SessionID) error {
	return fault.New(fault.NotFound, authority.ReasonUnknown, "There is no session "+id.String()+".")
}

// sessionRow is a session in JSON; an empty member is left out.
type sessionRow struct {
	ID           string            `json:"id"`
	Subject      grant.PrincipalID `json:"subject"`
	Acting       grant.PrincipalID `json:"acting,omitzero"` // who acts as the subject
	Account      tenant.ID         `json:"account,omitzero"`
	Organisation tenant.ID         `json:"organisation,omitzero"`
	Unit         tenant.ID         `json:"unit,omitzero"`
	Dialect      string            `json:"dialect"`
	Audience     int64             `json:"audience,omitzero"`
	OpenedAt     time.Time         `json:"opened_at"`
	UsedAt       time.Time         `json:"used_at,omitzero"` // known of sessions with an idle lifetime only
	ExpiresAt    time.Time         `json:"expires_at"`
	ClosedAt     time.Time         `json:"closed_at,omitzero"`
	Credential   string            `json:"credential"`
	Parent       string            `json:"parent,omitzero"`
	Counts       bool              `json:"counts"`
	Reason       string            `json:"reason,omitzero"` // why it does not
}

func rowOf(l authority.ListedSession) sessionRow {
	s := l.Session
	row := sessionRow{
		ID: s.ID.String(), Subject: s.Subject, Acting: s.Actor, Account: s.Account, Organisation: s.Organisation, Unit: s.Unit,
		Dialect: s.Dialect, Audience: int64(s.Audience), OpenedAt: s.OpenedAt, ExpiresAt: s.ExpiresAt, ClosedAt: s.ClosedAt,
		Credential: s.Credential.String(), Counts: l.Refusal == "", Reason: l.Refusal,
	}
	if s.IdleLifetime > 0 {
		row.UsedAt = s.UsedAt
	}
	if !s.Parent.IsZero() {
		row.Parent = s.Parent.String()
	}
	return row
}
