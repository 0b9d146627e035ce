package config

import (
	"errors"
	"math"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// What is remembered where nobody says how much: what fits into a part of the memory.
const (
	bytesOfSession    = 120
	bytesOfPrincipal  = 600
	partForSessions   = 8
	partForPrincipals = 16
	usualPrincipals   = 1_000_000 // at most: what they take is not given back
	unknownMemory     = 1 << 30
)

func (m *Memory) check() error {
	m.OfNode = leastOf(debug.SetMemoryLimit(-1), memlimit.FromCgroup, memlimit.FromSystem)
	var faults []error
	if m.Sessions != 0 {
		faults = append(faults, within("memory-sessions", m.Sessions, leastRemembered, mostRemembered))
	} else {
		m.Sessions = int(min(max(m.OfNode/partForSessions/bytesOfSession, leastRemembered), mostRemembered))
	}
	if m.Principals != 0 {
		faults = append(faults, within("memory-principals", m.Principals, leastRemembered, mostRemembered))
	} else {
		m.Principals = int(min(max(m.OfNode/partForPrincipals/bytesOfPrincipal, leastRemembered), usualPrincipals))
	}
	return errors.Join(faults...)
}

// leastOf is what a process may take that has this limit of its own, and others.
func leastOf(own int64, others ...memlimit.Provider) uint64 {
	least := uint64(own)
	for _, ask := range others {
		if limit, err := ask(); err == nil {
			least = min(least, limit)
		}
	}
	if least == math.MaxInt64 { // none
		return unknownMemory
	}
	return least
}
