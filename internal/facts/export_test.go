package facts

// PutAway leaves nothing at hand: what is remembered is packed, or one of those things of which there are few.
func (s *Store) PutAway() {
	s.sessions.atHand.InvalidateAll()
	s.credentials.cells.InvalidateAll()
	s.standings.cells.InvalidateAll()
	s.tenants.cells.InvalidateAll()
	s.lineages.cells.InvalidateAll()
	s.places.cells.InvalidateAll()
}
