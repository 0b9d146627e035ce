// Package clienttest is a small Doorward for the tests of modules that use package client.
//
// It runs inside the test, with a clock set by hand. It gives out real tokens for
// invented people, signs them with real keys, answers introspection, redemption
// and revocation, and has a feed that can be cut:
//
//	d := clienttest.New(t)
//	v := d.Verifier(t, "https://orders.example", client.VerifierOptions{})
//	token := d.AccessToken(t, clienttest.Token{Audience: "https://orders.example", Permissions: []string{"orders.read"}})
//	… call your handler with "Authorization: Bearer " + token …
//	d.End(token) // and within a moment it is refused
//
// It decides nothing about rights: a token has the permissions it was given.
package clienttest
