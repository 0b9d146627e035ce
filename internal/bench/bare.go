package bench

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/doorward/doorward/internal/secret"
)

// bareAnswer is as long as a small answer of Doorward's.
const bareAnswer = `{"active":true,"sub":"person:1","exp":1800000000}`

// hashPath is where the bare server verifies a password before it answers.
const hashPath = "/hash"

// ServeBare answers every GET and POST at an address with a small JSON body until ctx ends: net/http and nothing else,
// which is what all rates are compared with. At hashPath it verifies a password first, one for each of its cores at once.
func ServeBare(ctx context.Context, address string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: newBareServer(), ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type bareServer struct{ hashing chan struct{} }

func newBareServer() *bareServer {
	return &bareServer{hashing: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

func (b *bareServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	if r.URL.Path == hashPath && !b.hash(r.Context()) {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, bareAnswer)
}

// hash does what a log-in by password does most of its time.
func (b *bareServer) hash(ctx context.Context) (done bool) {
	select {
	case b.hashing <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-b.hashing }()
	_, err := secret.DummyHash().Verify(secret.Of("a password"))
	return err == nil
}
