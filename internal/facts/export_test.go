package facts

// PutAway leaves nothing at hand: what is remembered is packed, or one of those things of which there are few.
func (s *Store) PutAway() {
	s.sessions.atHand.InvalidateAll()
	s.credentials.values.InvalidateAll()
	s.standings.values.InvalidateAll()
	s.tenants.values.InvalidateAll()
	s.lineages.values.InvalidateAll()
	s.places.values.InvalidateAll()
}
