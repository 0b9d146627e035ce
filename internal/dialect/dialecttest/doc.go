// Package dialecttest is what every dialect is tested with: transcripts of the
// wire, and one story that is told in all of them.
//
// [Transcripts] runs every testdata/*.txtar of a dialect's package, on both
// engines, against the demo directory and over real HTTP. Its first comment says
// the story; then come, in order, pairs of files and steps of the clock:
//
//	-- request NAME --
//	GET /v2/accounts?API_KEY=... line 1: METHOD, space, target as it goes over the wire
//	X-Name: value                 header lines, if any
//
//	body                          after a blank line, if any; without its last line break
//	-- response NAME --
//	200                           line 1: the status
//	Content-Type: application/json  header lines that must be there and match; "Name: -" must be absent
//
//	{"Token": "<<token>>"}        after a blank line: the body; "..." is any body, nothing is none
//	-- advance NAME --
//	31s                           a Go duration by which the clock is set forward
//
// In a response <<name>> stands for a run of characters without white space,
// quote, & and <, and keeps it; <<*>> stands for such a run and forgets it. In
// what follows, {{name}} is what was kept last. A JSON answer is compared as
// a JSON value, strictly: every member, every number as it is written, no
// duplicates; there <<name>> without quotes stands for a number or literal.
//
// Every exchange is checked against the package's openapi.yaml: the response
// always, unless its path or method is none of the specification's and it is a
// 404 or 405; the request whenever its status is below 400. A request that breaks the
// specification and is answered below 400 all the same (a leniency, or a wire
// that fails with 200) is a file "-- malformed NAME --" instead of a request.
package dialecttest
