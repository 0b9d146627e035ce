package server

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/limit"
)

// Dialects is every dialect that is served, for tests that must miss none.
var Dialects = dialects

// For tests of the certificate, which look at its files when they want to and not when time has passed.
var (
	LoadCertificateAt = loadCertificate
	NewHTTPServer     = newHTTPServer
	ServeOn           = serveOn
)

// For tests of what happens when too much comes at once.
var (
	LimitConnections = limitConnections
	NoticeState      = noticeState
)

// Places are those of requests at work.
func (s *Server) Places() *limit.Places { return s.admission.places }

// RestsUnlessIdle tells how many times as long as a step took rests who reads ahead.
func (s *Server) RestsUnlessIdle() func() time.Duration { return s.unlessIdle(warmFor) }

// RestingAfterLooks is how long who looks for what has ended rests, and who drops it.
var RestingAfterLooks = restingAfterLooks

// Hashing is where passwords are hashed.
func (s *Server) Hashing() *limit.Pool { return s.hashing }

// TellRefused is what happens every little while.
func (s *Server) TellRefused() { s.tellRefused(flushEvery) }

// FollowUntil is what goes on beside the requests, so that what is remembered is relied on.
func (s *Server) FollowUntil(ctx context.Context) { s.followUntil(ctx) }

func (c *Certificate) Look(atOnce bool) { c.look(atOnce) }

func (c *Certificate) WarnUnlessFor(publicURL string) { c.warnUnlessFor(publicURL) }

// Collected is what the runtime tells of collections.
type Collected struct {
	Live, Scannable       uint64
	Collecting, Processor float64
}

// Percents are how the collector is told to wait after each of these, where there is so much memory.
func Percents(memory uint64, after ...Collected) (percents []int) {
	h := headroomOf(memory)
	for _, c := range after {
		percents = append(percents, h.next(heap{c.Live, c.Scannable, c.Collecting, c.Processor}))
	}
	return percents
}

// TellOfCollections tells after each collection.
var TellOfCollections = tellOfCollections
