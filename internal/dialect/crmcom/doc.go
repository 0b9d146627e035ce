// Package crmcom speaks the part of the CRM.COM Web API by which a person or a
// program's key logs in and the token that stands for it is released, and an extension that says
// whose a token is.
//
// README.md is the contract. Failures arrive with HTTP 200 and a status code in
// the body, as real clients expect. The package parses, calls the authority and
// writes the answer; it decides nothing about who is let in.
package crmcom
