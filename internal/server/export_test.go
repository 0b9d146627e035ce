package server

// Dialects is every dialect that is served, for tests that must miss none.
var Dialects = dialects

// For tests of the certificate, which look at its files when they want to and not when time has passed.
var (
	LoadCertificateAt = loadCertificate
	NewHTTPServer     = newHTTPServer
	ServeOn           = serveOn
)

func (c *Certificate) Look(atOnce bool) { c.look(atOnce) }

func (c *Certificate) WarnUnlessFor(publicURL string) { c.warnUnlessFor(publicURL) }
