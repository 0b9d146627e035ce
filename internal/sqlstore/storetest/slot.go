package storetest

import (
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/authority"
)

var slotCases = []Case{
	{"a new token takes the place of the unspent one in its slot", func(t testing.TB, s Subject) {
		s.fixture(t)
		first, second := s.slotted(1), s.slotted(2)
		s.mint(t, first)
		s.mint(t, second)
		if s.redeem(t, redemptionOf(first)) || !s.redeem(t, redemptionOf(second)) {
			t.Error("the older token lives, or the newer does not")
		}
	}},
	{"tokens without a slot live side by side", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.mint(t, s.token(1))
		s.mint(t, s.token(2))
		if !s.redeem(t, redemptionOf(s.token(1))) || !s.redeem(t, redemptionOf(s.token(2))) {
			t.Error("one of them was cancelled")
		}
	}},
	{"a spent token keeps its record when the next takes its slot", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.mint(t, s.slotted(1))
		s.redeem(t, redemptionOf(s.token(1)))
		s.mint(t, s.slotted(2))
		if s.factsOf(t, authority.LoginTokenID{1}).LoginToken.RedeemedAt.IsZero() {
			t.Error("the record of the redemption is gone")
		}
		if s.redeem(t, redemptionOf(s.token(1))) || !s.redeem(t, redemptionOf(s.token(2))) {
			t.Error("the spent token lives again, or the new one does not")
		}
	}},
	{"of tokens minted at once for one slot, one lives", func(t testing.TB, s Subject) {
		s.fixture(t)
		const tokens = 24
		var wait sync.WaitGroup
		for i := range tokens {
			wait.Go(func() { s.mint(t, s.slotted(byte(i+1))) })
		}
		wait.Wait()
		live := 0
		for i := range tokens {
			if s.redeem(t, redemptionOf(s.token(byte(i+1)))) {
				live++
			}
		}
		if live != 1 {
			t.Errorf("%d tokens of one slot were redeemed", live)
		}
	}},
}

func (s Subject) slotted(n byte) authority.LoginToken {
	l := s.token(n)
	l.Slot = "one place"
	return l
}
