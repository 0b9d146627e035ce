package authority

// Cursor returns a position in a list as a text that only this installation makes, bound to what is listed.
func (a *Authority) Cursor(list, position string) string { return a.keys.Cursor(list, position) }

// CursorPosition reads what Cursor made for the same list; ok is false for everything else.
func (a *Authority) CursorPosition(list, cursor string) (position string, ok bool) {
	return a.keys.CursorPosition(list, cursor)
}
