package handoff

import (
	"net/url"
	"strings"

	"github.com/doorward/doorward/internal/authority"
)

// home is where a person goes once signed in; without a URL it is our own page at "/".
type home struct{ at *url.URL }

// homeOf returns an audience's home, by configuration and the directory alone. What no browser should be sent to
// counts as none.
func (h *handler) homeOf(audience authority.Audience, account []*authority.Tenant) home {
	if len(account) == 0 {
		return home{}
	}
	at, err := url.Parse(h.authority.HomeURL(audience, *account[0]))
	if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.User != nil || at.Opaque != "" || !isPlainHost(at.Host) {
		return home{}
	}
	return home{at: at}
}

// isPlainHost refuses what would end a source or a directive in a Content-Security-Policy.
func isPlainHost(host string) bool {
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:[]", r)
	})
}

// String returns the URL, serialised anew.
func (m home) String() string {
	if m.at == nil {
		return rootPath
	}
	return m.at.String()
}

func (m home) host() string {
	if m.at == nil {
		return ""
	}
	return m.at.Host
}

// origin returns the source that the page's policy must let a form lead to, or "".
func (m home) origin() string {
	if m.at == nil {
		return ""
	}
	return m.at.Scheme + "://" + m.at.Host
}

// isElsewhere reports whether the home is another page than our own at "/" of a host.
func (m home) isElsewhere(host string) bool {
	return m.at != nil && !(strings.EqualFold(m.at.Host, host) && strings.Trim(m.at.Path, "/") == "")
}
