package facts

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
)

// warmedAtOnce is how many sessions are read in one go: what another who asks the store waits for.
const warmedAtOnce = 250

// Warmed says what Warm has read.
type Warmed struct {
	Sessions, Origins int
	Full              bool // as many as are remembered: there may be more
}

// Warm reads the sessions that live, the newest first, as many as are remembered, so that nobody waits for it who asks;
// and what decides over those of each origin, the same. It rests between steps.
func (s *Store) Warm(ctx context.Context, rest func(ctx context.Context) error) (done Warmed, err error) {
	var last authority.SessionID
	for done.Sessions < s.most.Sessions {
		read, err := s.warmStep(ctx, last, &done)
		done.Full = done.Sessions >= s.most.Sessions || done.Origins >= s.most.Principals
		if err != nil || len(read) < warmedAtOnce {
			return done, err
		}
		last = read[len(read)-1].ID
		if err := rest(ctx); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (s *Store) warmStep(ctx context.Context, below authority.SessionID, done *Warmed) (read []authority.Session, err error) {
	err = s.View(ctx, func(ctx context.Context, v authority.View) (err error) {
		said := s.changes.said.Load()
		read, err = v.Sessions(ctx, authority.SessionFilter{LiveAt: s.Now()}, below, warmedAtOnce)
		for i := range read {
			s.learnSession(&read[i], said)
		}
		return err
	})
	done.Sessions += len(read)
	if err == nil && done.Origins < s.most.Principals {
		err = s.warmOrigins(ctx, read, done)
	}
	return read, err
}

// warmOrigins reads what decides over sessions, unless it is remembered.
func (s *Store) warmOrigins(ctx context.Context, of []authority.Session, done *Warmed) error {
	origins, unknown := map[originID]bool{}, []authority.Session(nil)
	for i := range of {
		if s.isKnown(&of[i]) {
			continue
		}
		if origin := s.sessions.keepOrigin(&of[i]); !origins[origin] {
			origins[origin], unknown = true, append(unknown, of[i])
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	done.Origins += len(unknown)
	return s.View(ctx, func(ctx context.Context, v authority.View) error {
		_, err := v.FactsOfSessions(ctx, unknown)
		return err
	})
}

// isKnown reports whether it is remembered by whom and with what a session was opened. In most sessions there is no one else.
func (s *Store) isKnown(session *authority.Session) bool {
	if session.Actor == "" && session.Client.IsZero() && session.Audience == 0 {
		return s.rows.has(factOf(authority.FeedPrincipal, string(session.Subject))) && s.rows.has(factOf(authority.FeedCredential, session.Credential.String()))
	}
	found, of, ok := s.sessions.get(session.ID)
	if ok {
		_, ok = s.circumstances(of, &found)
	}
	return ok
}
