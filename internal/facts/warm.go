package facts

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
)

// warmedAtOnce is how many sessions are read in one go: what another who asks the store waits for.
const warmedAtOnce = 250

// Warmed says what Warm has read.
type Warmed struct{ Sessions, Origins int }

// Warm reads the sessions that live, the newest first, as many as are remembered, so that nobody waits for it who asks;
// and what decides over those of each origin, the same. It rests between steps.
func (s *Store) Warm(ctx context.Context, rest func(ctx context.Context) error) (done Warmed, err error) {
	var last authority.SessionID
	for done.Sessions < s.most.Sessions {
		read, err := s.warmStep(ctx, last, &done)
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
	for i := range read {
		if err == nil && done.Origins < s.most.Principals {
			err = s.warmOrigin(ctx, &read[i], done)
		}
	}
	return read, err
}

// warmOrigin reads what decides over the sessions of an origin, unless it is remembered.
func (s *Store) warmOrigin(ctx context.Context, of *authority.Session, done *Warmed) error {
	session, known, ok := s.sessions.get(of.ID)
	if !ok {
		return nil
	}
	if _, ok := s.circumstances(known, &session); ok {
		return nil
	}
	done.Origins++
	return s.View(ctx, func(ctx context.Context, v authority.View) error {
		_, err := v.SessionFacts(ctx, of.ID)
		return err
	})
}
