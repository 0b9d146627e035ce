package native

// sessionRow is a session or an access token as an operator sees it.
type sessionRow struct {
	ID           string  `json:"id"`
	Kind         string  `json:"kind"`
	Subject      string  `json:"subject"`
	Actor        *string `json:"actor"`
	Account      *string `json:"account"`
	Organisation *string `json:"organisation"`
	Unit         *string `json:"unit"`
	Audience     *int64  `json:"audience"`
	Credential   *string `json:"credential"`
	Parent       *string `json:"parent"`
	Permissions  names   `json:"permissions"`
	Dialect      string  `json:"dialect"`
	OpenedAt     *string `json:"opened_at"`
	UsedAt       *string `json:"used_at"`
	ExpiresAt    *string `json:"expires_at"`
	ClosedAt     *string `json:"closed_at"`
	Refusal      *string `json:"refusal"`
}

// verifyRequest is the body of POST /v1/sessions/verify.
type verifyRequest struct {
	Tokens []string `json:"tokens"`
}

// verifyAnswer has a verdict for each token, in their order.
type verifyAnswer struct {
	Verdicts []verdictAnswer `json:"verdicts"`
}

// verdictAnswer says whether a token counts now, and if it does, what it stands for.
type verdictAnswer struct {
	Valid   bool             `json:"valid"`
	Session *verifiedSession `json:"session"`
}

// verifiedSession is a session that counts, with the facts that this depends on.
type verifiedSession struct {
	ID          string  `json:"id"`
	Kind        string  `json:"kind"`
	Permissions names   `json:"permissions"`
	Thumbprint  *string `json:"thumbprint"`
	sessionAnswer
	Facts []string `json:"facts"`
}
