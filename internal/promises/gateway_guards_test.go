package promises_test

const (
	admits        = "internal/authority/admit.go"
	gatewayFolder = "internal/dialect/gateway/"
	gatewayTests  = "internal/dialect/gateway "
)

// gatewayReach is what no request passes a gateway without, and what no client can have believed behind it.
var gatewayReach = []guard{
	{
		keeps: "a gateway takes what was made for its audience", file: admits,
		line: "case v.Session.Audience != p.Audience:", instead: "case false:",
		test: rules + "TestAGatewayRefusesASessionOfAnotherAudience",
	},
	{
		keeps: "with each permission that it demands", file: admits,
		line: "if !by.may(wanted, path) {", instead: "if false && !by.may(wanted, path) {",
		test: rules + "TestAPermissionIsDemandedWhereTheRequestIsAbout",
	},
	{
		keeps: "in the session's own account", file: admits,
		line: "if wanted != \"\" && wanted != s.Account {", instead: "if false {",
		test: rules + "TestTheAccountThatARequestIsAbout",
	},
	{
		keeps: "in an account where the subject works", file: admits,
		line: "!slices.Contains(accounts, account)", instead: "false && !slices.Contains(accounts, account)",
		test: rules + "TestTheAccountThatARequestIsAbout",
	},
	{
		keeps: "which the credential reaches", file: admits,
		line: " || !by.credential().reaches(path) {", instead: " {",
		test: rules + "TestTheAccountThatARequestIsAbout",
	},
	{
		keeps: "and in some account where one is demanded", file: admits,
		line: "case wanted != \"\" || p.InAccount:", instead: "case wanted != \"\":",
		test: rules + "TestTheAccountThatARequestIsAbout",
	},
	{
		keeps: "who acts for somebody reads", file: admits,
		line: " && !p.Changes && isSafe(p.Method) {", instead: " && !p.Changes {",
		test: rules + "TestWhatAnActingSessionMayDoAtAGateway/sqlite",
	},
	{
		keeps: "or nothing, where that is demanded", file: admits,
		line: "p.Acting == ActingAllowed || p.Acting == ActingReads", instead: "p.Acting == ActingAllowed || p.Acting != ActingAllowed",
		test: rules + "TestWhatAnActingSessionMayDoAtAGateway/sqlite",
	},
	{
		keeps: "a method that another header replaces is none that reads", file: gatewayFolder + "verify.go",
		line: "Changes: overridden(c.Request)", instead: "Changes: false",
		test: gatewayTests + "TestTheMethodIsWhatTheGatewaySaysItIs",
	},
	{
		keeps: "the method is the gateway's word, not its client's beside it", file: gatewayFolder + "original.go",
		line: "if len(given) != 1 || given[0] == \"\" {", instead: "if len(given) == 0 || given[0] == \"\" {",
		test: gatewayTests + "TestTheMethodIsWhatTheGatewaySaysItIs",
	},
	{
		keeps: "one token, not one that is looked at and another that is believed", file: gatewayFolder + "token.go",
		line: "case len(found) > 1:", instead: "case false:",
		test: gatewayTests + "TestATokenIsTakenFromOnePlaceThatTheConfigurationNames",
	},
	{
		keeps: "no identity header is the client's own, where there is nothing to say either", file: gatewayFolder + "identity.go",
		line: "\t\theader.Set(h.name, h.value)\n", instead: "\t\tif h.value != \"\" {\n\t\t\theader.Set(h.name, h.value)\n\t\t}\n",
		test: gatewayTests + "TestEveryHeaderOfAnIdentityIsInEveryAnswerThatLetsThrough",
	},
	{
		keeps: "no name is read as something else behind the gateway", file: gatewayFolder + "identity.go",
		line: "c == '%' || c == ',' || c == ';'", instead: "c == ',' || c == ';'",
		test: gatewayTests + "TestWhatANameHoldsSurvivesAHeaderAndCannotForgeAnother",
	},
	{
		keeps: "a key's networks bind its sessions there", file: admits,
		line: "\t\treturn v.refusalFrom(from)\n", instead: "\t\treturn \"\"\n",
		test: rules + "TestAKeysNetworksBindItsSessionsAtAGateway",
	},
}
