package server

import (
	"context"
	"strings"

	"github.com/doorward/doorward/internal/authority"
)

// warn says at the start what an operator would otherwise find out at night.
func (s *Server) warn(ctx context.Context, certificate *Certificate) {
	certificate.warnUnlessFor(s.config.PublicURL)
	if certificate == nil && strings.HasPrefix(s.config.PublicURL, "https://") && len(s.config.TrustedProxies) == 0 {
		s.log.Warn("the public URL is https and this server speaks http, so there is a proxy in front: name its network with "+
			"--trusted-proxies, or all clients count as one source for limits, lock-outs and the audit log", "public_url", s.config.PublicURL)
	}
	empty, err := s.authority.IsEmpty(ctx)
	if err == nil && empty {
		s.log.Warn("the store is empty, so that nobody can log in: load a directory with doorward apply FILE")
	}
	audience := authority.AudienceID(s.config.ActivePlatform.Audience)
	if known, err := s.authority.HasAudience(ctx, audience); err == nil && !known && !empty {
		s.log.Warn("the audience of --activeplatform-audience is not in the directory: its requests will fail", "audience", audience.String())
	}
}
