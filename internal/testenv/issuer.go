package testenv

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/config"
)

// Issuer makes certificates for tests, with an intermediate between itself and them as public ones have.
type Issuer struct {
	root, between *x509.Certificate
	rootKey, key  crypto.Signer
}

// NewIssuer returns one that nobody but its own Pool trusts.
func NewIssuer(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{rootKey: newKey(t), key: newKey(t)}
	authority := func(name string) *x509.Certificate {
		return &x509.Certificate{
			Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(5, 0, 0),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
	}
	root := authority("root")
	i.root = sign(t, root, root, i.rootKey.Public(), i.rootKey)
	i.between = sign(t, authority("intermediate"), i.root, i.key.Public(), i.rootKey)
	return i
}

// Pool trusts what the issuer makes.
func (i *Issuer) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(i.root)
	return pool
}

// Write puts a certificate for names (or addresses), with its intermediate, and its key into a directory.
func (i *Issuer) Write(t testing.TB, dir string, from, until time.Time, names ...string) config.TLS {
	t.Helper()
	leaf := &x509.Certificate{NotBefore: from, NotAfter: until, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
			continue
		}
		leaf.DNSNames = append(leaf.DNSNames, name)
	}
	key := newKey(t)
	signed := sign(t, leaf, i.between, key.Public(), i.key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	files := config.TLS{Certificate: filepath.Join(dir, "chain.pem"), Key: filepath.Join(dir, "key.pem")}
	writePEM(t, files.Certificate, 0o644, &pem.Block{Type: "CERTIFICATE", Bytes: signed.Raw}, &pem.Block{Type: "CERTIFICATE", Bytes: i.between.Raw})
	writePEM(t, files.Key, 0o600, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return files
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, what, by *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		t.Fatal(err)
	}
	what.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, what, by, public, key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// writePEM replaces a file as tools do: a new one beside it, renamed.
func writePEM(t testing.TB, path string, mode os.FileMode, blocks ...*pem.Block) {
	t.Helper()
	var content []byte
	for _, block := range blocks {
		content = append(content, pem.EncodeToMemory(block)...)
	}
	if err := os.WriteFile(path+".new", content, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}
