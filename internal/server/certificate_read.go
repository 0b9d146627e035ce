package server

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/config"
)

// mostPEM is far beyond the longest chain.
const mostPEM = 1 << 20

// othersMayNot is what nobody but the owner may do with a private key; the owner's group may read it, as Debian's ssl-cert does.
const othersMayNot = 0o027

// pemPair is the content of a certificate's and its private key's file.
type pemPair struct{ certificate, key []byte }

// sum tells contents apart without keeping them.
func (p pemPair) sum() [sha256.Size]byte {
	certificate, key := sha256.Sum256(p.certificate), sha256.Sum256(p.key)
	return sha256.Sum256(append(certificate[:], key[:]...))
}

func readPair(files config.TLS) (pemPair, error) {
	certificate, err := readPEM("--tls-cert", files.Certificate, "CERTIFICATE")
	if err != nil {
		return pemPair{}, err
	}
	key, err := readPEM("--tls-key", files.Key, "PRIVATE KEY")
	if err != nil {
		return pemPair{}, err
	}
	return pemPair{certificate, key}, keptPrivate(files.Key)
}

// keptPrivate demands that only the owner, and those of the group as readers, get at the private key.
func keptPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("--tls-key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&othersMayNot != 0 {
		return fmt.Errorf("--tls-key: %s has mode %04o, so that others can read or replace the private key: run chmod 0600 %s, or 0640 for a group", path, mode, path)
	}
	return nil
}

// readPEM returns the content of a file that holds a PEM block of a kind.
func readPEM(flag, path, kind string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w: write the path of a PEM file that this user may read", flag, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %s is not a file: write the path of a PEM file", flag, path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: write the path of a PEM file that this user may read", flag, err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, mostPEM))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	if err := holds(content, kind); err != nil {
		return nil, fmt.Errorf("%s: %s %w", flag, path, err)
	}
	return content, nil
}

// parsePair returns a pair that clients can be shown now, with its leaf.
func parsePair(files config.TLS, p pemPair, now time.Time) (*tls.Certificate, error) {
	pair, err := tls.X509KeyPair(p.certificate, p.key)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert %s and --tls-key %s are no pair (%w): write the private key of the first certificate in the file, intermediates come after it",
			files.Certificate, files.Key, err)
	}
	switch leaf := pair.Leaf; {
	case now.After(leaf.NotAfter):
		return nil, fmt.Errorf("--tls-cert: the certificate in %s expired at %s: renew it", files.Certificate, leaf.NotAfter.Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return nil, fmt.Errorf("--tls-cert: the certificate in %s is not valid before %s: look at this machine's clock, or wait", files.Certificate, leaf.NotBefore.Format(time.RFC3339))
	}
	return &pair, nil
}

// holds demands a PEM block of a kind, and says what an operator may have mixed up.
func holds(content []byte, kind string) error {
	var found []string
	for rest := content; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY", block.Headers["DEK-Info"] != "":
			return errors.New("has a pass phrase, which nobody is there to type: write it again without, by openssl pkey -in FILE -out NEW")
		case strings.HasSuffix(block.Type, kind):
			return nil
		}
		found = append(found, block.Type)
	}
	switch {
	case len(found) > 0:
		return fmt.Errorf("holds no %s but %s: are the two files mixed up?", kind, strings.Join(found, ", "))
	case bytes.HasPrefix(content, []byte{0x30}):
		return fmt.Errorf("is DER, not PEM: convert it by openssl, with -inform der")
	default:
		return fmt.Errorf("holds no PEM %s: write the path of a PEM file", kind)
	}
}
