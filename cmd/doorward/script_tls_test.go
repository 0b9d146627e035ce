package main

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/doorward/doorward/internal/testenv"
)

// issuerKey is where a script keeps who makes its certificates.
type issuerKey struct{}

// trusting returns a client that trusts the script's certificates and makes a connection of its own for each request.
func trusting(ts *testscript.TestScript) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: ts.Value(issuerKey{}).(*testenv.Issuer).Pool()},
		ForceAttemptHTTP2: true, DisableKeepAlives: true,
	}}
}

// shown returns the serial number of the certificate that an answer came by, or "none".
func shown(answer *http.Response) string {
	if answer.TLS == nil {
		return "none"
	}
	return answer.TLS.PeerCertificates[0].SerialNumber.Text(16)
}

func atScheme(address string) string {
	if strings.HasPrefix(address, "https://") {
		return address
	}
	return "http://" + address
}

// writeCertificate is the script command certificate DIR good|expired: chain.pem and key.pem for 127.0.0.1.
func writeCertificate(t *testing.T) func(ts *testscript.TestScript, _ bool, args []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		now := time.Now()
		until := map[string]time.Time{"good": now.Add(time.Hour), "expired": now.Add(-time.Minute)}[args[1]]
		ts.Value(issuerKey{}).(*testenv.Issuer).Write(t, ts.MkAbs(args[0]), now.Add(-time.Hour), until, "127.0.0.1")
	}
}

// renewed is the script command renewed URL SERIAL: it asks until another certificate is shown.
func renewed(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); ; {
		answer, err := trusting(ts).Get(args[0])
		ts.Check(err)
		answer.Body.Close()
		if shown(answer) != args[1] {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the certificate %s is shown still", args[1])
		}
		time.Sleep(50 * time.Millisecond) // another process looks: there is nothing to wait on
	}
}
