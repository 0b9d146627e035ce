package bench

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// bareAnswer is as long as a small answer of Doorward's.
const bareAnswer = `{"active":true,"sub":"person:1","exp":1800000000}`

// ServeBare answers every GET and POST at an address with a small JSON body until ctx ends: net/http and nothing else,
// which is what all rates are compared with.
func ServeBare(ctx context.Context, address string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: http.HandlerFunc(bare), ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func bare(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, bareAnswer)
}
