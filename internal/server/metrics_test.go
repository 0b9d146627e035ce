package server_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

// freeAddress is one that nobody listens on for now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestTheOperatorSeesMetricsAndHealthOnAListenerOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	c := config.Config{Store: config.Store{Data: dir, Keys: filepath.Join(dir, "keys")}, MetricsListen: freeAddress(t)}
	log := slog.New(slog.DiscardHandler)
	opened, err := server.Open(t.Context(), c.Store, log)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Store.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- server.New(opened, c, log).Serve(ctx, listener, nil) }()
	public, operator := "http://"+listener.Addr().String(), "http://"+c.MetricsListen
	fetch(t, public+"/v1/session?secret=hunter2")
	fetch(t, public+"/hunter2")
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(fetch(t, operator+"/metrics"), "doorward_feed_stale 0"); {
		if time.Now().After(deadline) {
			t.Fatal("the feed was never heard of")
		}
	}
	metrics := fetch(t, operator+"/metrics")
	for _, want := range []string{
		`doorward_requests_total{class="4xx",method="GET",route="/v1/session",surface="native"} 1`,
		"doorward_feed_lag_seconds 0.", "doorward_feed_followers 0", "doorward_feed_entries ", "doorward_build_info{", "go_goroutines",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in\n%s", want, metrics)
		}
	}
	if strings.Contains(metrics, "hunter2") {
		t.Error("what a request held is in the metrics")
	}
	if health := fetch(t, operator+"/health"); !strings.Contains(health, `"ready":true`) || !strings.Contains(health, `"stale":false`) {
		t.Error(health)
	}
	for _, path := range []string{"/metrics", "/health"} {
		if text := fetch(t, public+path); strings.Contains(text, "doorward_") || strings.Contains(text, "ready") {
			t.Errorf("%s is on the public listener", path)
		}
	}
	stop()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "" // not listening yet
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
