package config

import (
	"errors"
	"math"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// What is remembered where nobody says how much.
const (
	bytesOfSession   = 110
	bytesOfPrincipal = 600
	partForSessions  = 8  // of the memory
	partForPrincipal = 16 // of it
	usualMemory      = 1 << 30
)

func (m *Memory) check() error {
	var faults []error
	if m.Sessions != 0 {
		faults = append(faults, within("memory-sessions", m.Sessions, leastRemembered, mostRemembered))
	}
	if m.Principals != 0 {
		faults = append(faults, within("memory-principals", m.Principals, leastRemembered, mostRemembered))
	}
	m.fit(memoryOfNode())
	return errors.Join(faults...)
}

// fit sets what nobody has said: only what lives takes memory, so that a large one costs a small installation nothing.
func (m *Memory) fit(memory uint64) {
	if m.Sessions == 0 {
		m.Sessions = int(min(max(memory/partForSessions/bytesOfSession, leastRemembered), mostRemembered))
	}
	if m.Principals == 0 {
		m.Principals = int(min(max(memory/partForPrincipal/bytesOfPrincipal, leastRemembered), mostRemembered))
	}
}

// memoryOfNode is what this process may take: the least of GOMEMLIMIT, its control group and the machine.
func memoryOfNode() uint64 {
	const none = math.MaxInt64
	least := uint64(debug.SetMemoryLimit(-1))
	for _, ask := range []memlimit.Provider{memlimit.FromCgroup, memlimit.FromSystem} {
		if limit, err := ask(); err == nil {
			least = min(least, limit)
		}
	}
	if least == none {
		return usualMemory
	}
	return least
}
