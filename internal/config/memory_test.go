package config

import (
	"errors"
	"math"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

func TestTheMemoryIsTheLeastThatIsKnown(t *testing.T) {
	none := func() (uint64, error) { return 0, memlimit.ErrNoLimit }
	fails := func() (uint64, error) { return 1, errors.New("no such file") }
	for name, c := range map[string]struct {
		own    int64
		others []memlimit.Provider
		want   uint64
	}{
		"its own":     {100, []memlimit.Provider{memlimit.Limit(200), memlimit.Limit(300)}, 100},
		"a container": {math.MaxInt64, []memlimit.Provider{memlimit.Limit(200), memlimit.Limit(300)}, 200},
		"the machine": {math.MaxInt64, []memlimit.Provider{none, memlimit.Limit(300)}, 300},
		"not a fault": {400, []memlimit.Provider{fails, memlimit.Limit(300)}, 300},
		"unknown":     {math.MaxInt64, []memlimit.Provider{none, fails}, unknownMemory},
	} {
		if got := leastOf(c.own, c.others...); got != c.want {
			t.Errorf("%s: %d, not %d", name, got, c.want)
		}
	}
}

func TestWhatIsRememberedFitsTheMemory(t *testing.T) {
	said, unsaid := Memory{Sessions: 5000, Principals: 6000}, Memory{}
	for _, m := range []*Memory{&said, &unsaid} {
		if err := m.check(); err != nil {
			t.Fatal(err)
		}
	}
	if said.Sessions != 5000 || said.Principals != 6000 || said.OfNode != unsaid.OfNode {
		t.Errorf("what was said is %+v", said)
	}
	if taken := uint64(unsaid.Sessions) * bytesOfSession; taken > unsaid.OfNode/partForSessions || unsaid.Sessions < mostRemembered && taken < unsaid.OfNode/partForSessions-bytesOfSession {
		t.Errorf("sessions take %d bytes of %d", taken, unsaid.OfNode)
	}
	if taken := uint64(unsaid.Principals) * bytesOfPrincipal; taken > unsaid.OfNode/partForPrincipals || unsaid.Principals < usualPrincipals && taken < unsaid.OfNode/partForPrincipals-bytesOfPrincipal {
		t.Errorf("principals take %d bytes of %d", taken, unsaid.OfNode)
	}
}
