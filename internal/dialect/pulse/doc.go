// Package pulse speaks the part of the PulseCRM API by which an integrator logs
// in with a key pair, or a person with e-mail and password, and asks what the
// session is that its token stands for.
//
// README.md is the contract. The package parses, calls the authority and writes
// the answer; it decides nothing about who is let in or what anybody may do.
package pulse
