package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// The columns have a width of their own: a follower cannot wait for the widest cell.
const eventColumns = "%-27s  %-23s  %-7s  %-20s  %-20s  %-20s  %-14s  %-15s  %s"

var eventHeading = fmt.Sprintf(eventColumns, "TIME", "ACT", "OUTCOME", "BY", "SUBJECT", "AT", "DIALECT", "SOURCE", "DETAILS")

// eventLine is an event for people: one line, whatever its values hold.
func eventLine(e audit.Event) string {
	by := string(e.Actor)
	if e.ActingFor != "" {
		by += " as " + string(e.ActingFor)
	}
	source := ""
	if e.Source.IsValid() {
		source = e.Source.String()
	}
	return strings.TrimRight(fmt.Sprintf(eventColumns, e.At.UTC().Format("2006-01-02T15:04:05.000000Z"), cell(string(e.Act)),
		cell(string(e.Outcome)), cell(by), cell(string(e.Subject)), cell(string(e.Tenant)), cell(e.Dialect), cell(source), details(e)), " ")
}

func cell(text string) string {
	if text == "" {
		return "-"
	}
	return printable(text)
}

// details are what not every event has, as name=value.
func details(e audit.Event) string {
	var pairs []string
	add := func(wanted bool, name, value string) {
		if wanted {
			if strings.ContainsAny(value, " =\"") {
				value = strconv.Quote(value)
			}
			pairs = append(pairs, printable(name)+"="+printable(value))
		}
	}
	add(e.Reason != "", "reason", e.Reason)
	add(e.Count > 1, "count", strconv.FormatInt(e.Count, 10))
	add(e.Audience != 0, "audience", strconv.FormatInt(e.Audience, 10))
	add(!e.Credential.IsZero(), "by-credential", e.Credential.String())
	add(!e.Session.IsZero(), "session", e.Session.String())
	add(!e.LoginToken.IsZero(), "login-token", e.LoginToken.String())
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		add(true, name, e.Detail[name])
	}
	add(e.Request != "", "request", e.Request)
	return strings.Join(pairs, " ")
}

// eventShown is an event in JSON; an empty member is left out.
type eventShown struct {
	ID         string            `json:"id"`
	At         time.Time         `json:"at"`
	Act        audit.Act         `json:"act"`
	Outcome    audit.Outcome     `json:"outcome"`
	Reason     string            `json:"reason,omitzero"`
	Actor      grant.PrincipalID `json:"actor,omitzero"`
	ActingFor  grant.PrincipalID `json:"acting_for,omitzero"`
	Credential string            `json:"credential,omitzero"`
	Subject    grant.PrincipalID `json:"subject,omitzero"`
	Tenant     tenant.ID         `json:"tenant,omitzero"`
	Audience   int64             `json:"audience,omitzero"`
	Session    string            `json:"session,omitzero"`
	LoginToken string            `json:"login_token,omitzero"`
	Dialect    string            `json:"dialect,omitzero"`
	Request    string            `json:"request,omitzero"`
	Source     string            `json:"source,omitzero"`
	Count      int64             `json:"count"`
	Detail     map[string]string `json:"detail,omitempty"`
}

func eventInJSON(e audit.Event) eventShown {
	shown := eventShown{
		ID: e.ID.String(), At: e.At, Act: e.Act, Outcome: e.Outcome, Reason: e.Reason, Actor: e.Actor, ActingFor: e.ActingFor,
		Subject: e.Subject, Tenant: e.Tenant, Audience: e.Audience, Dialect: e.Dialect, Request: e.Request, Count: e.Count, Detail: e.Detail,
	}
	if !e.Credential.IsZero() {
		shown.Credential = e.Credential.String()
	}
	if !e.Session.IsZero() {
		shown.Session = e.Session.String()
	}
	if !e.LoginToken.IsZero() {
		shown.LoginToken = e.LoginToken.String()
	}
	if e.Source.IsValid() {
		shown.Source = e.Source.String()
	}
	return shown
}
