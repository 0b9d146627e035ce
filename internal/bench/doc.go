// Package bench measures a running Doorward: it fills a store with tenants, people, keys and live sessions, drives a
// server through what it is asked most, closed loop and open loop, and sets each figure beside what a bare net/http
// server gives on the same cores in the same run.
//
// What it starts it pins: the server to one core, itself to another. It never tells a figure without saying what bounds
// it: a row whose generator was busy all the time is marked, because its ratio flatters. What it fills a store with is
// for load tests only: its secrets are made of a seed that stands in a file beside it.
package bench
