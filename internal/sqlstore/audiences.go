package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
)

const audienceColumns = `a.id, a.name, a.kind, a.url, a.home, a.lifetime_default, a.lifetime_min, a.lifetime_max, a.created_at, a.updated_at,
	a.resource, a.access_format, a.access_algorithm, a.access_lifetime`

func scanAudience(scan func(...any) error, a *authority.Audience) error {
	r := (&row{}).plain(&a.ID, &a.Name, &a.Kind, &a.URL, &a.Home).
		span(&a.Lifetime.Default).span(&a.Lifetime.Min).span(&a.Lifetime.Max).
		time(&a.CreatedAt).time(&a.UpdatedAt)
	return optional(r, &a.Resource).plain(&a.Access.Format, &a.Access.Algorithm).span(&a.Access.Lifetime).scan(scan)
}

func audienceQuery(where string, args []any, into *[]authority.Audience) query {
	*into = nil
	return ask(`SELECT `+audienceColumns+` FROM audiences a `+where+` ORDER BY a.id`, args,
		func(scan func(...any) error) error {
			var a authority.Audience
			err := scanAudience(scan, &a)
			*into = append(*into, a)
			return err
		})
}

// Audience returns one audience.
func (v view) Audience(ctx context.Context, id authority.AudienceID) (authority.Audience, error) {
	var found []authority.Audience
	if err := v.run(ctx, audienceQuery(`WHERE a.id = ?`, []any{int64(id)}, &found)); err != nil {
		return authority.Audience{}, err
	}
	if len(found) == 0 {
		return authority.Audience{}, notFound("audience")
	}
	return found[0], nil
}

// Audiences returns all audiences by ID.
func (v view) Audiences(ctx context.Context) (audiences []authority.Audience, err error) {
	err = v.run(ctx, audienceQuery(``, nil, &audiences))
	return audiences, err
}

// PutAudience adds or replaces an audience.
func (t *tx) PutAudience(a authority.Audience) {
	t.queue(`
		INSERT INTO audiences (id, name, kind, url, home, lifetime_default, lifetime_min, lifetime_max, created_at, updated_at,
			resource, access_format, access_algorithm, access_lifetime)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, url = excluded.url, home = excluded.home,
			lifetime_default = excluded.lifetime_default, lifetime_min = excluded.lifetime_min,
			lifetime_max = excluded.lifetime_max, updated_at = excluded.updated_at, resource = excluded.resource,
			access_format = excluded.access_format, access_algorithm = excluded.access_algorithm, access_lifetime = excluded.access_lifetime`,
		int64(a.ID), a.Name, string(a.Kind), a.URL, a.Home, a.Lifetime.Default.Microseconds(), a.Lifetime.Min.Microseconds(),
		a.Lifetime.Max.Microseconds(), micros(a.CreatedAt), micros(a.UpdatedAt),
		text(a.Resource), string(a.Access.Format), string(a.Access.Algorithm), a.Access.Lifetime.Microseconds())
}
