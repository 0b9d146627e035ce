package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/handoff"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

const (
	flushEvery = 2 * time.Second
	drainBound = 15 * time.Second
)

// Server is Doorward, assembled.
type Server struct {
	authority *authority.Authority
	config    config.Config
	log       *slog.Logger
	dialects  []dialect.Dialect
	metrics   *metrics
	admission *admission
	memory    *facts.Store
	hashing   *limit.Pool
}

// New assembles a server over an opened store.
func New(opened Opened, c config.Config, log *slog.Logger) *Server {
	a, memory, hashing := newAuthority(opened, c)
	admission := newAdmission(c.Load)
	return &Server{
		authority: a, config: c, log: log, dialects: dialects(a, c), metrics: newMetrics(a, admission), admission: admission, memory: memory,
		hashing: hashing,
	}
}

// NewAuthority returns the authority that a configuration describes.
func NewAuthority(opened Opened, c config.Config) *authority.Authority {
	a, _, _ := newAuthority(opened, c)
	return a
}

func newAuthority(opened Opened, c config.Config) (*authority.Authority, *facts.Store, *limit.Pool) {
	guesses := limit.NewGuesses(limit.Rules(guessLimits(c.Guesses).Rules()), opened.Store.Now, 0)
	pool := limit.NewPool(c.Hashing.Workers, c.Hashing.Queue)
	// Or a flood of passwords would take all places of those who come with keys; how many wait there is bounded there.
	guesses.OnWait(web.Leave)
	pool.OnWait(web.Leave)
	store := facts.Remember(opened.Store, facts.Options{Sessions: c.Memory.Sessions, Principals: c.Memory.Principals})
	a := authority.New(store, opened.Keys, guesses, pool,
		authority.Options{
			InstallationURL: c.PublicURL,
			ActingManagers:  c.ActivePlatform.Roles,
			Redeemed:        authority.Lifetimes{Absolute: c.Sessions.RedeemedLifetime, Idle: c.Sessions.RedeemedIdle},
			Acting:          authority.Lifetimes{Absolute: c.Sessions.ActingLifetime, Idle: c.Sessions.RedeemedIdle},
			Access: authority.AccessTokens{
				Format: authority.AccessFormat(c.Access.Format), Algorithm: secret.Algorithm(c.Access.Algorithm), Lifetime: c.Access.Lifetime,
			},
			SigningKeyLifetime: c.SigningKeys.Lifetime,
		})
	a.SubscribeFeed(store.Hear)
	return a, store, pool
}

func guessLimits(g config.Guesses) authority.GuessLimits {
	return authority.GuessLimits{
		BySource:  authority.GuessRule{Failures: g.Failures, Period: g.Period, Lock: g.Lock},
		AnySource: g.AnySourceFailures, Tenant: g.TenantFailures,
	}
}

// Handler returns everything that the public listener serves.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	dialect.Mount(mux, s.authority, s.dialects...)
	mux.HandleFunc("GET "+readyPath, s.answerReady)
	page := handoff.New(s.authority, handoff.Options{InstallationURL: s.config.PublicURL, Log: s.log})
	mux.Handle("/", page)
	counted := web.Observe(s.metrics.count)(dialect.Unclean(mux, page, s.dialects...))
	public := web.Middleware(web.Chain{Log: s.log, Trusted: s.config.TrustedProxies, Admit: s.admit(mux)}, counted)
	return web.StrictTransport(s.strictAge())(public)
}

// strictAge is 0 for an installation that browsers do not reach by https.
func (s *Server) strictAge() time.Duration {
	if !strings.HasPrefix(s.config.PublicURL, "https://") {
		return 0
	}
	return s.config.TLS.HSTS
}

// Serve answers on a listener until ctx ends, then lets what is under way finish. It speaks TLS with a certificate, which
// it watches, and plain HTTP without one.
func (s *Server) Serve(ctx context.Context, listener net.Listener, certificate *Certificate) error {
	operator, err := s.listenOperator(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := s.authority.RefreshSigningKeys(ctx); ctx.Err() != nil {
		return listener.Close()
	} else if err != nil {
		return errors.Join(fmt.Errorf("the signing keys: %w", err), listener.Close())
	}
	s.log.Info("serving", "address", listener.Addr().String(), "public_url", s.config.PublicURL, "tls", certificate != nil)
	s.warn(ctx, certificate)
	h := newHTTPServer(s.Handler(), s.log, certificate)
	watched := certificate.watchUntil(ctx)
	stopBeside := s.startBeside(ctx, operator)
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	work.Go(func() { s.flushUntil(working) })
	work.Go(func() { s.refreshUntil(working) })
	served := make(chan error, 1)
	go func() { served <- serveOn(h, limitConnections(listener, s.config.Load.Connections)) }()
	select {
	case err = <-served:
	case <-ctx.Done():
		s.log.Info("draining: no new connections, what is under way may finish", "for", drainBound.String())
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainBound)
		defer cancel()
		err = h.Shutdown(drain)
	}
	stopBeside()
	stopWorking()
	work.Wait()
	<-watched
	s.log.Info("stopped")
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// flushUntil stores every little while what was kept out of the hot path, and once more at the end.
func (s *Server) flushUntil(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.flush(ctx)
			s.tellRefused(flushEvery)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainBound)
			defer cancel()
			s.flush(last)
			return
		}
	}
}

func (s *Server) flush(ctx context.Context) {
	for what, flush := range map[string]func(context.Context) error{
		"refusals": s.authority.FlushRefusals, "uses": s.authority.FlushUses,
	} {
		if err := flush(ctx); err != nil {
			s.log.Error("could not store what was counted; it is kept and tried again", "what", what, "cause", err.Error())
		}
	}
}
