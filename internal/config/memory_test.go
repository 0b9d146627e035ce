package config

import "testing"

func TestWhatIsRememberedFitsTheMemory(t *testing.T) {
	const gib = 1 << 30
	for _, c := range []struct {
		said   Memory
		memory uint64
		want   Memory
	}{
		{Memory{}, 16 * gib, Memory{Sessions: 19_522_578, Principals: 1_789_569}},
		{Memory{}, gib / 2, Memory{Sessions: 610_080, Principals: 55_924}},
		{Memory{}, 0, Memory{Sessions: leastRemembered, Principals: leastRemembered}},
		{Memory{}, 1 << 50, Memory{Sessions: mostRemembered, Principals: mostRemembered}},
		{Memory{Sessions: 5000}, 16 * gib, Memory{Sessions: 5000, Principals: 1_789_569}},
		{Memory{Principals: 5000}, 16 * gib, Memory{Sessions: 19_522_578, Principals: 5000}},
	} {
		got := c.said
		if got.fit(c.memory); got != c.want {
			t.Errorf("%+v, %d bytes: %+v, not %+v", c.said, c.memory, got, c.want)
		}
	}
}

func TestTheMemoryIsKnown(t *testing.T) {
	if memory := memoryOfNode(); memory < 64<<20 || memory > 1<<46 {
		t.Errorf("it is %d bytes", memory)
	}
}
