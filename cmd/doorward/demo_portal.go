package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/doorward/doorward/examples/portal"
	"github.com/doorward/doorward/internal/config"
)

// portalHost is the demo directory's portal: *.localhost is this machine.
const portalHost = "acme.localhost"

// demoPortal is the example portal of the demo, on a listener of its own.
type demoPortal struct {
	listener net.Listener
	url      string
}

// listenPortal opens the portal's address.
func listenPortal(ctx context.Context, address string) (demoPortal, error) {
	listener, err := listen(ctx, &config.Config{Listen: address}) // for what it says when it cannot
	if err != nil {
		return demoPortal{}, errors.Join(errors.New("the example portal (--portal-listen)"), err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return demoPortal{listener: listener, url: "http://" + net.JoinHostPort(portalHost, port)}, err
}

// serve runs the portal until ctx ends. Its keys are those of the demo directory, which are nobody's.
func (d demoPortal) serve(ctx context.Context, log *slog.Logger, publicURL string) error {
	p, err := portal.New(portal.Options{
		Doorward: publicURL, Credential: "demo-b2b-portal-redeem-key", ClientID: "service:audience/1",
		Resource: publicURL + "/audiences/1", PublicURL: d.url, Name: "ACME Trading, B2B portal", Log: log,
	})
	if err != nil {
		return errors.Join(err, d.listener.Close())
	}
	defer p.Close()
	s := &http.Server{Handler: p.Handler(), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(d.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
