// Package web is the HTTP mechanics that every surface shares: the request
// record, strict decoding of queries and bodies, and the middleware. It takes
// no decision of the product and knows no dialect's error shape.
package web
