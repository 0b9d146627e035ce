// Package promises holds the proof that every promise (G1 to G9) has tests that
// fail when it is broken. It has tests only.
//
// Tables name the lines that guard each promise, what stands in the place of
// each when it is taken out, and the test that must fail then. The proof builds
// the test's package with that one change laid over the source, which itself
// stays as it is, and demands that it builds, that the test fails, and that it
// passes without the change. docs/promises.md is written from the tables.
//
// make prove runs the proof, which takes a while; the normal test run checks
// that every line is still there, that its test exists, and the document.
package promises
