// Package portal is an example: a small portal on a domain of its own, with a small API beside it.
//
// People come by a login-token link. The portal shows the safe hand-off page at
// /login, redeems the token server to server, keeps the session in a __Host-
// cookie, says on every page who is signed in, where, and who acts, and signs
// out. Its API at /api/orders takes access tokens that are made for it. A session
// that is ended at Doorward, by anybody, is over here within a second.
//
// It has no state of its own and decides nothing about rights.
package portal
