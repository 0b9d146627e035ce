package server_test

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func (s *secured) dial(t *testing.T, c *tls.Config) (*tls.Conn, error) {
	t.Helper()
	c.RootCAs = s.issuer.Pool()
	return tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), c)
}

func TestOnlyTLSOfTodayIsSpoken(t *testing.T) {
	s := newSecured(t)
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		if _, err := s.dial(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}); err == nil {
			t.Errorf("accepted %s", tls.VersionName(version))
		}
	}
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		if slices.Equal(suite.SupportedVersions, []uint16{tls.VersionTLS13}) {
			continue
		}
		sound := strings.Contains(suite.Name, "_ECDHE_ECDSA_") && !strings.Contains(suite.Name, "_CBC_") && !strings.Contains(suite.Name, "_RC4_")
		conn, err := s.dial(t, &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite.ID}})
		if (err == nil) != sound {
			t.Errorf("%s: %v", suite.Name, err)
		}
		if err == nil {
			conn.Close()
		}
	}
	conn, err := s.dial(t, &tls.Config{NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if state := conn.ConnectionState(); state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "h2" || state.CurveID != tls.X25519MLKEM768 {
		t.Errorf("%s %s %s", tls.VersionName(state.Version), state.NegotiatedProtocol, state.CurveID)
	}
}

func TestPlainHTTPIsRefusedAndLedNowhere(t *testing.T) {
	s := newSecured(t)
	answer, err := http.Get("http://" + strings.TrimPrefix(s.url, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest || answer.Header.Get("Location") != "" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
}

// TestOneConnectionIsBounded by what the server says first over HTTP/2 (RFC 9113 §6.5).
func TestOneConnectionIsBounded(t *testing.T) {
	conn, err := newSecured(t).dial(t, &tls.Config{NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 9)
	if _, err := io.ReadFull(conn, head); err != nil || head[3] != 4 {
		t.Fatalf("no settings: %x %v", head, err)
	}
	body := make([]byte, int(head[1])<<8|int(head[2]))
	if _, err := io.ReadFull(conn, body); err != nil {
		t.Fatal(err)
	}
	settings := map[uint16]uint32{}
	for entry := range slices.Chunk(body, 6) {
		settings[binary.BigEndian.Uint16(entry)] = binary.BigEndian.Uint32(entry[2:])
	}
	const concurrentStreams, windowOfAStream, headerBytes = 3, 4, 6
	if settings[concurrentStreams] != 100 || settings[windowOfAStream] != 64<<10 || settings[headerBytes] > 33<<10 || settings[headerBytes] == 0 {
		t.Errorf("%v", settings)
	}
}
