package sqlstore

import (
	"context"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
)

func eventConditions(f authority.EventFilter) *conditions {
	who := string(f.Principal)
	c := (&conditions{}).
		when(!f.After.IsZero(), `id > ?`, f.After[:]).
		when(!f.Before.IsZero(), `id < ?`, f.Before[:]).
		when(f.Outcome != "", `outcome = ?`, string(f.Outcome)).
		when(f.Reason != "", `reason = ?`, f.Reason).
		when(f.Principal != "", `(actor_id = ? OR acting_for_id = ? OR subject_id = ?)`, who, who, who).
		when(f.Tenant != "", `tenant_id IN `+subtree, string(f.Tenant)).
		// To a credential: acts on one name it among their details. An ID is hexadecimal, so that it is no pattern.
		when(!f.Credential.IsZero(), `(credential_id = ? OR detail LIKE ?)`, f.Credential[:], `%"credential":"`+f.Credential.String()+`"%`).
		when(!f.Session.IsZero(), `session_id = ?`, f.Session[:]).
		when(f.Dialect != "", `dialect = ?`, f.Dialect).
		when(f.Request != "", `request = ?`, f.Request).
		when(f.Source.IsValid(), `source = ?`, f.Source.String())
	if len(f.Acts) > 0 {
		in, args := placeholders(f.Acts, stringArg)
		c.when(true, `act IN `+in, args...)
	}
	return c
}

// Events returns the events that a filter selects, by ID, the lowest first.
func (v view) Events(ctx context.Context, f authority.EventFilter) (events []audit.Event, err error) {
	c := eventConditions(f)
	order := ``
	if f.Newest {
		order = ` DESC`
	}
	err = v.run(ctx, ask(`SELECT `+eventColumns+` FROM events`+c.where()+` ORDER BY id`+order+` LIMIT ?`, append(c.args, f.Limit),
		func(scan func(...any) error) error {
			var e audit.Event
			err := scanEvent(scan, &e)
			events = append(events, e)
			return err
		}))
	if f.Newest {
		slices.Reverse(events)
	}
	return events, err
}
