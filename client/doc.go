// Package client calls Doorward and checks what it gave out: in a portal's back end, in an API, in any Go service.
//
// # Calling
//
// A [Client] is of one installation and has one credential:
//
//	c, err := client.New("https://login.example", client.Options{
//		Credential: os.Getenv("DOORWARD_CREDENTIAL"), // of your audience
//		ClientID:   "service:audience/1",             // whose it is, where OAuth asks for a client_id
//	})
//
// It redeems login tokens ([Client.RedeemLoginToken]), gets access tokens ([Client.AccessToken], [Client.Exchange]), asks
// ([Client.Introspect], [Client.ShowSession], [Client.VerifySessions]), ends sessions ([Client.Revoke],
// [Client.EndSessions]), and reads and changes what /v1 has: [Client.Credentials], [Client.Sessions], [Client.Events],
// and with [Get], [List], [Create], [Change] and [Delete] everything else.
//
// A failure that Doorward answered is a [*Problem], with a stable Code, the RequestID under which the operator finds the
// reason, and RetryAfter. Every call takes a context. A call is repeated when that is safe: one that only reads, and one
// with an idempotency key, which every Create and redemption has. So an act whose answer was lost is done once, and its
// answer is had. 429 is waited for and repeated, within Options.MaxWait.
//
// # Verifying
//
// A [Verifier] is of one audience. It checks what a request presents:
//
//	v, err := client.NewVerifier(c, "https://orders.example", client.VerifierOptions{})
//	defer v.Close()
//	http.Handle("GET /orders", v.Require(client.Requirement{Permissions: []string{"orders.read"}})(orders))
//
// and the handler learns who came by [IdentityFrom], [SubjectFrom] and [ActorFrom].
//
//   - A signed access token (RFC 9068) is checked here, with keys that are fetched as their max-age says. Compact
//     serialisation only, at most 16 KiB; typ is at+jwt; kid is known; the algorithm is the key's own; iss, sub, aud, exp,
//     iat, jti, client_id and facts are there; aud is this one resource; exp has not come; iat and nbf are at most
//     VerifierOptions.Leeway (30 s) ahead; the lifetime is an hour at most. Claims that are not known are ignored.
//   - The feed of what has ended or changed is followed, as server-sent events or by long polls. A session or key that
//     ended is refused at once. A token with something in it that changed since it was issued is asked about.
//   - An opaque token, or a session, is asked about. What is remembered of the answer are facts, under the token's SHA-256,
//     for a minute; the feed drops them at once. A no is remembered for 2 s. Many who bring the same token ask once.
//   - A token that is bound to a key needs a proof of possession (RFC 9449), which is accepted once.
//   - When the feed has been silent for longer than VerifierOptions.CutBound (10 s), a signed token is asked about, at most
//     once a second, or everything is answered with 503: as VerifierOptions.WhenCut says.
//
// So a session that ends is refused within a second wherever a verifier is connected, and within CutBound and a second
// where it is not. A no is a [*Refused] with a reason for the log; whoever presented the token is told what the RFCs say.
// Everything else wraps [ErrUndecided] and is answered with 503: a failure here is never a no there, nor a yes.
//
// # Handing over
//
// A portal on a domain of its own mounts a [Handoff] at its landing path. A GET shows a page with a button and spends
// nothing, whoever or whatever opened the link; the POST behind it redeems the token from here to Doorward, sets a
// __Host- cookie and answers with a redirect to a clean URL. [Handoff.SignOut] ends the session at Doorward.
// examples/portal is a whole portal.
//
// # Trying
//
// Package clienttest is a Doorward for tests: it signs real tokens on a clock set by hand.
//
// This package logs the coming and going of the feed and what a person cannot help. It never logs, stores or quotes a
// token or a credential, and never takes a token from a query.
package client
