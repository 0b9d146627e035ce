// Package server assembles Doorward: it opens the store and the keys, mounts
// every surface, and starts, drains and stops what runs. It is the only place
// that knows every surface; it decides nothing itself.
package server
