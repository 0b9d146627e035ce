// Package handoff is the page a person sees when handed over from one portal to another.
//
// It serves every login-token link: a GET shows whose account it opens and who
// acts, and spends nothing; the POST behind its one button spends the token,
// sets the session cookie and sends the person on to a clean URL. At "/" it says
// who is signed in. It also answers every path that no dialect owns.
//
// It never runs a script, loads anything from elsewhere, builds a URL from a
// request, or says why a link was refused. README.md is its contract.
package handoff
