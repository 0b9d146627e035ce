package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// longestHSTS is what browsers' lists of https-only sites ask for; nobody needs more.
const longestHSTS = 2 * 365 * 24 * time.Hour

// On says whether the listener speaks TLS.
func (t TLS) On() bool { return t.Certificate != "" }

func (t TLS) check() error {
	var faults []error
	switch {
	case t.Certificate != "" && t.Key == "":
		faults = append(faults, errors.New("--tls-key is missing: beside --tls-cert write --tls-key FILE, the private key of that certificate"))
	case t.Certificate == "" && t.Key != "":
		faults = append(faults, errors.New("--tls-cert is missing: beside --tls-key write --tls-cert FILE, the certificate and its intermediates"))
	}
	if t.HSTS != 0 {
		faults = append(faults, within("hsts-max-age", t.HSTS, time.Second, longestHSTS))
	}
	return errors.Join(faults...)
}

// checkPublicURL leaves PublicURL empty when the port is 0: only who listens knows it then.
func (c *Config) checkPublicURL() error {
	if c.PublicURL == "" {
		if _, port, err := net.SplitHostPort(c.Listen); err == nil && strings.Trim(port, "0") != "" {
			c.PublicURL = c.URLAt(c.Listen)
		}
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return errors.New("--public-url is not an absolute http or https URL: write for example --public-url https://login.example.com")
	}
	if port := u.Port(); strings.HasSuffix(u.Host, ":") || (port != "" && !isPort(port)) {
		return fmt.Errorf("--public-url has no usable port: write --public-url %s://%s, or a port from 1 to 65535", u.Scheme, u.Hostname())
	}
	if bare := u.Scheme + "://" + u.Host; c.PublicURL != bare {
		return fmt.Errorf("--public-url must be scheme and host only, without path, query, fragment or user: write --public-url %s", bare)
	}
	if c.TLS.On() && u.Scheme != "https" {
		return fmt.Errorf("--public-url is http, but with --tls-cert nobody can be reached by it: write --public-url https://%s", u.Host)
	}
	return nil
}

// URLAt returns the URL of this installation when it is reached at the address it listens on.
func (c *Config) URLAt(address string) string {
	if strings.HasPrefix(address, ":") {
		address = "localhost" + address
	}
	if c.TLS.On() {
		return "https://" + address
	}
	return "http://" + address
}

// checkTrustedProxies refuses networks that would have clients believed, and those that no address is ever in.
func (c *Config) checkTrustedProxies() error {
	var faults []error
	for _, network := range c.TrustedProxies {
		switch {
		case network.Bits() == 0:
			faults = append(faults, fmt.Errorf("--trusted-proxies %s is everybody, so that any client could name any source: write the networks of your proxies only", network))
		case network.Addr().Is4In6():
			faults = append(faults, fmt.Errorf("--trusted-proxies %s is an IPv4 network written as IPv6: write it as IPv4, for example 10.0.0.0/8", network))
		}
	}
	return errors.Join(faults...)
}
