package promises_test

const (
	serverTests = "internal/server "
	webTests    = "internal/web "
)

// sources is of who is believed about where a request comes from, by which floods are told apart.
var sources = []guard{
	{
		keeps: "a source is what a listed proxy says, and what nobody else does", file: "internal/web/source.go",
		line: "if !isTrusted(source, trusted) {", instead: "if false {",
		test: webTests + "TestTheSourceIsTheRightMostHopThatIsNoTrustedProxy",
	},
	{
		keeps: "nobody lists everybody", file: "internal/config/reach.go",
		line: "case network.Bits() == 0:", instead: "case false:",
		test: "internal/config TestCheckNamesTheFlagAndWhatToWriteInstead",
	},
}

// onTheWay is of secrets between a client and the listener.
var onTheWay = []guard{
	{
		keeps: "browsers come by https only where that is how they reach it", file: "internal/server/server.go",
		line: "return web.StrictTransport(s.strictAge())(public)", instead: "return web.StrictTransport(0)(public)",
		test: serverTests + "TestBrowsersAreToldToComeByHTTPSOnlyWhereTheInstallationIsReachedByIt",
	},
	{
		keeps: "for as long as is configured", file: "internal/web/strict_transport.go",
		line: "strconv.FormatInt(int64(age/time.Second), 10)", instead: "strconv.FormatInt(0*int64(age), 10)",
		test: webTests + "TestEveryAnswerTellsBrowsersHowLongToComeByHTTPSOnly",
	},
	{
		keeps: "no TLS before 1.2", file: "internal/server/listener.go",
		line: "MinVersion: tls.VersionTLS12, CipherSuites: secureSuites}", instead: "MinVersion: tls.VersionTLS10}",
		test: serverTests + "TestOnlyTLSOfTodayIsSpoken",
	},
	{
		keeps: "and none whose recordings a stolen key opens", file: "internal/server/listener.go",
		line: ", CipherSuites: secureSuites}", instead: "}",
		test: serverTests + "TestOnlyTLSOfTodayIsSpoken",
	},
	{
		keeps: "nothing is answered in clear text beside TLS", file: "internal/server/listener.go",
		line: "if h.TLSConfig != nil {", instead: "if false {",
		test: serverTests + "TestPlainHTTPIsRefusedAndLedNowhere",
	},
}
