package limit

import (
	"container/heap"
	"time"
)

// sweepEach is how many ended budgets each reservation removes, so that memory
// shrinks without a sweeper and no caller pays for a long one.
const sweepEach = 2

// budget finds or makes the state of key, at the price of another's if memory is full.
func (g *Guesses) budget(rule GuessRule, key budgetKey) (*budget, error) {
	if b, found := g.budgets[key]; found {
		return b, nil
	}
	if len(g.budgets) >= g.maxKeys && !g.evict() {
		return nil, unavailable("guesses-full", nil)
	}
	b := &budget{rule: rule, key: key}
	g.budgets[key] = b
	return b, nil
}

// evict forgets the budget that would end first, a locked one only if there is
// no other, and never one with a try in flight: its hash is not yet counted.
func (g *Guesses) evict() bool {
	for _, ending := range []*forgettable{&g.open, &g.locked} {
		if len(*ending) > 0 {
			g.forget((*ending)[0])
			return true
		}
	}
	return false
}

func (g *Guesses) sweep(now time.Time) {
	for _, ending := range []*forgettable{&g.open, &g.locked} {
		for range sweepEach {
			if len(*ending) == 0 || (*ending)[0].forgetAt.After(now) {
				break
			}
			g.forget((*ending)[0])
		}
	}
}

// file puts a budget where eviction looks for it, out of reach while in flight,
// or forgets it if it says nothing.
func (g *Guesses) file(b *budget) {
	b.leave()
	switch {
	case b.inFlight > 0:
	case len(b.failures) == 0:
		delete(g.budgets, b.key)
	case b.isLocked():
		b.enter(&g.locked)
	default:
		b.enter(&g.open)
	}
}

func (g *Guesses) forget(b *budget) {
	b.leave()
	delete(g.budgets, b.key)
}

func (b *budget) enter(h *forgettable) {
	b.in = h
	heap.Push(h, b)
}

func (b *budget) leave() {
	if b.in != nil {
		heap.Remove(b.in, b.index)
		b.in = nil
	}
}

// forgettable is a heap of budgets without a try in flight, the first to end on top.
type forgettable []*budget

func (f forgettable) Len() int           { return len(f) }
func (f forgettable) Less(i, j int) bool { return f[i].forgetAt.Before(f[j].forgetAt) }

func (f forgettable) Swap(i, j int) {
	f[i], f[j] = f[j], f[i]
	f[i].index, f[j].index = i, j
}

// Push is for container/heap.
func (f *forgettable) Push(x any) {
	b := x.(*budget)
	b.index = len(*f)
	*f = append(*f, b)
}

// Pop is for container/heap.
func (f *forgettable) Pop() any {
	last := len(*f) - 1
	b := (*f)[last]
	(*f)[last] = nil
	*f = (*f)[:last]
	return b
}
