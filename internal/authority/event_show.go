package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
)

// Events returns the events that a filter selects, by ID, the lowest first. IDs are in the order of time, but events
// become visible in the order of their commits: those of the last TailOverlap may still be joined by others. It needs
// grant.ReadEvents at the filter's tenant, the installation when it has none.
func (a *Authority) Events(ctx context.Context, by Actor, f EventFilter) ([]audit.Event, error) {
	if err := a.require(ctx, by, grant.ReadEvents, f.Tenant); err != nil {
		return nil, err
	}
	return a.events(ctx, f)
}
