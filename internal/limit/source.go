package limit

import "net/netip"

// SourcePrefix returns the network that limits by address belong to: an IPv4 address
// alone, IPv4-mapped ones included, and the /64 of an IPv6 address without its zone.
//
// One subscriber holds a whole /64, so that anything narrower is no limit. An
// invalid address gives the invalid prefix, which all such callers share.
func SourcePrefix(address netip.Addr) netip.Prefix {
	address = address.Unmap()
	bits := 64
	if address.Is4() {
		bits = 32
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
