// Package storetest is what every authority.Store must do, as a suite: one list
// of cases, each named by what it promises, run on every engine, and run on
// stores with planted bugs to show that it catches them.
//
//	storetest.Run(t, func(t testing.TB) storetest.Subject { … })
package storetest
