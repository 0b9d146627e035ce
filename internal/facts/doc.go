// Package facts is an authority.Store that remembers what verdicts are made of.
//
// It keeps rows, never verdicts: sessions, credentials, standings, lineages and
// audiences, each with the facts of the feed that it depends on. What it has read
// holds until one of these is said to have changed: by a change on this node when
// it ends, before anybody is told of it; by one elsewhere when this node hears of
// it in the feed. A row carries how much had been said when its reading began, so
// that a reading begun before a revocation cannot outlive it. A node that has not
// heard from the feed for longer than Bound answers from the store alone.
//
// Sessions, and the rows of principals, credentials and tenants, of which there are
// many, are packed and forgotten as soon as they are said to have changed (table.go,
// rows.go); what is asked for again soon is kept put together, at hand (at_hand.go).
//
// It never decides anything, and what it returns is shared: nobody may change it.
package facts
