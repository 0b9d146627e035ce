package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
)

const eventColumns = `id, at, act, outcome, reason, actor_id, acting_for_id, credential_id, subject_id, tenant_id, audience_id,
	session_id, login_token_id, dialect, request, source, count, detail`

func scanEvent(scan func(...any) error, e *audit.Event) error {
	r := bytes(&row{}, e.ID[:])
	r.time(&e.At).plain(&e.Act, &e.Outcome, &e.Reason, &e.Actor, &e.ActingFor)
	bytes(r, e.Credential[:])
	r.plain(&e.Subject, &e.Tenant, &e.Audience)
	bytes(r, e.Session[:])
	bytes(r, e.LoginToken[:])
	return r.plain(&e.Dialect, &e.Request).addr(&e.Source).plain(&e.Count).json(&e.Detail).scan(scan)
}

// Append adds an event to the change it records.
func (t *tx) Append(e audit.Event) {
	source := ""
	if e.Source.IsValid() {
		source = e.Source.String()
	}
	t.queueNew(`INSERT INTO events (`+eventColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID[:], micros(e.At), string(e.Act), string(e.Outcome), e.Reason, string(e.Actor), string(e.ActingFor),
		key(e.Credential), string(e.Subject), string(e.Tenant), e.Audience, key(e.Session), key(e.LoginToken),
		e.Dialect, e.Request, source, e.Count, asJSON(e.Detail))
}

// Setting returns a stored setting, or "".
func (v view) Setting(ctx context.Context, name string) (value string, err error) {
	err = v.run(ctx, ask(`SELECT value FROM settings WHERE name = ?`, []any{name},
		func(scan func(...any) error) error { return scan(&value) }))
	return value, err
}

// PutSettingOnce stores a setting unless it is there.
func (t *tx) PutSettingOnce(name, value string) {
	t.queue(`INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, name, value)
}

// RaiseFence makes every login token minted so far unredeemable.
func (t *tx) RaiseFence() {
	t.queue(`UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'fence'`)
}
