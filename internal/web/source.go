package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

const forwardedForHeader = "X-Forwarded-For"

// sourceOf returns who asks: the right-most hop that is not one of the trusted proxies. What stands left of it in
// X-Forwarded-For was written by the client or by somebody we do not know, and is not looked at. Neither is any other
// header: a proxy passes on what it does not know, and so what the client wrote into it (docs/tls.md).
func sourceOf(r *http.Request, trusted []netip.Prefix) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	source := plain(at.Addr())
	if !isTrusted(source, trusted) {
		return source
	}
	hops := strings.Split(strings.Join(r.Header.Values(forwardedForHeader), ","), ",")
	for _, hop := range slices.Backward(hops) {
		before, ok := parseHop(strings.TrimSpace(hop))
		if !ok {
			break
		}
		if source = before; !isTrusted(source, trusted) {
			break
		}
	}
	return source
}

func isTrusted(hop netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(hop) })
}

// parseHop reads an address as proxies write it, with or without a port.
func parseHop(text string) (netip.Addr, bool) {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return plain(at.Addr()), true
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return plain(addr), err == nil
}

func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }
