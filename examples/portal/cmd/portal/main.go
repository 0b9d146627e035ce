// Portal runs the example portal beside an installation: doorward demo starts one by itself.
package main

import (
	"context"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/doorward/doorward/examples/portal"
)

func main() {
	o := portal.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Credential: os.Getenv("PORTAL_CREDENTIAL")}
	listen := flag.String("listen", "127.0.0.1:8081", "address to listen on")
	flag.StringVar(&o.Doorward, "doorward", "http://127.0.0.1:8080", "public URL of the installation")
	flag.StringVar(&o.ClientID, "client-id", "service:audience/1", "client_id of the audience's credential, which is in PORTAL_CREDENTIAL")
	flag.StringVar(&o.Resource, "resource", "http://127.0.0.1:8080/audiences/1", "resource of the portal's audience")
	flag.StringVar(&o.PublicURL, "public-url", "http://acme.localhost:8081", "public URL of the portal")
	flag.StringVar(&o.Name, "name", "ACME Trading", "name of the portal")
	flag.Parse()
	if err := serve(o, *listen); err != nil {
		o.Log.Error("portal", "cause", err.Error())
		os.Exit(1)
	}
}

func serve(o portal.Options, listen string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	p, err := portal.New(o)
	if err != nil {
		return err
	}
	defer p.Close()
	s := &http.Server{Addr: listen, Handler: p.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = s.Close()
	}()
	o.Log.Info("portal", "at", o.PublicURL)
	if err := s.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}
