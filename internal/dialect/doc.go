// Package dialect is what a dialect is, and the one Mount they all share.
//
// A dialect is a wire protocol: a table of routes, the places where it carries
// credentials and the shape of its errors. Mount runs the same phases for every
// route of every dialect, so that none can forget one: body limit, syntax check,
// budget, authentication, access rule, handler, and this dialect's error shape.
package dialect
