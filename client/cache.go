package client

import (
	"container/list"
	"crypto/sha256"
	"sync"
)

// tokenKey is what is kept of a token: its SHA-256, under which nobody can find it.
type tokenKey [sha256.Size]byte

func keyOf(token string) tokenKey { return sha256.Sum256([]byte(token)) }

// cache keeps at most so many values; the one that was used least lately goes first.
type cache[V any] struct {
	most int

	mu    sync.Mutex
	order *list.List
	items map[tokenKey]*list.Element
}

type cached[V any] struct {
	key   tokenKey
	value V
}

func newCache[V any](most int) *cache[V] {
	return &cache[V]{most: most, order: list.New(), items: map[tokenKey]*list.Element{}}
}

func (c *cache[V]) get(key tokenKey) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.items[key]
	if !ok {
		return v, false
	}
	c.order.MoveToFront(element)
	return element.Value.(cached[V]).value, true
}

func (c *cache[V]) put(key tokenKey, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.items[key]; ok {
		element.Value = cached[V]{key, v}
		c.order.MoveToFront(element)
		return
	}
	c.items[key] = c.order.PushFront(cached[V]{key, v})
	if len(c.items) > c.most {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.items, last.Value.(cached[V]).key)
	}
}

func (c *cache[V]) remove(key tokenKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.items[key]; ok {
		c.order.Remove(element)
		delete(c.items, key)
	}
}

func (c *cache[V]) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.items)
}
