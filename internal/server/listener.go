package server

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// secureSuites are those of TLS 1.2 with forward secrecy and authenticated encryption; TLS 1.3 has no others.
var secureSuites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// newHTTPServer bounds what one client can hold: no header, body, answer or idle connection takes longer than its time.
func newHTTPServer(handler http.Handler, log *slog.Logger, certificate *Certificate) *http.Server {
	h := &http.Server{
		Handler: handler, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 60 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ConnState: noticeState,
		// Over HTTP/2 one connection is many requests: fewer of them than Go's 250, the body of each no more than what is
		// read of it anyway, and the end of a connection whose other side has gone or does not read.
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 100, MaxReceiveBufferPerStream: 64 << 10, MaxReceiveBufferPerConnection: 1 << 20,
			SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second, WriteByteTimeout: 30 * time.Second,
		},
	}
	if certificate != nil {
		h.TLSConfig = &tls.Config{GetCertificate: certificate.show, MinVersion: tls.VersionTLS12, CipherSuites: secureSuites}
	}
	return h
}

// serveOn speaks TLS on a listener when there is a certificate to show. There is no plain listener beside it: a client
// that sends its key over plain HTTP has lost it, and a redirect would keep that from being noticed (decision 0022).
func serveOn(h *http.Server, listener net.Listener) error {
	if h.TLSConfig != nil {
		return h.ServeTLS(listener, "", "")
	}
	return h.Serve(listener)
}
