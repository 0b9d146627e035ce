package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
)

// IsEmpty reports whether the store holds nobody yet.
func (a *Authority) IsEmpty(ctx context.Context) (empty bool, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		ids, err := v.PrincipalIDs(ctx, "", 1)
		empty = len(ids) == 0
		return err
	})
	return empty, err
}

// HasAudience reports whether the installation has an audience.
func (a *Authority) HasAudience(ctx context.Context, id AudienceID) (bool, error) {
	err := a.store.View(ctx, func(ctx context.Context, v View) error {
		_, err := v.Audience(ctx, id)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}
