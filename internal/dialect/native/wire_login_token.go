package native

// mintRequest is the body of POST /v1/login-tokens.
type mintRequest struct {
	Account         string  `json:"account"`
	Email           *string `json:"email"`
	AsOwner         bool    `json:"as_owner"`
	Audience        int64   `json:"audience"`
	LifetimeSeconds *int64  `json:"lifetime_seconds"`
	Replace         bool    `json:"replace"`
}

// mintedAnswer is a login token with its secret, which is shown this once.
type mintedAnswer struct {
	ID         string  `json:"id"`
	LoginToken *string `json:"login_token"`
	URL        *string `json:"url"`
	Account    string  `json:"account"`
	Audience   int64   `json:"audience"`
	Subject    subject `json:"subject"`
	ExpiresAt  *string `json:"expires_at"`
}

// loginTokenAnswer is what became of a login token.
type loginTokenAnswer struct {
	ID         string  `json:"id"`
	State      string  `json:"state"`
	Refusal    *string `json:"refusal"`
	Account    string  `json:"account"`
	Audience   int64   `json:"audience"`
	Subject    string  `json:"subject"`
	Actor      *string `json:"actor"`
	Credential string  `json:"credential"`
	Dialect    string  `json:"dialect"`
	Reusable   bool    `json:"reusable"`
	MintedAt   *string `json:"minted_at"`
	ExpiresAt  *string `json:"expires_at"`
	RedeemedAt *string `json:"redeemed_at"`
	Session    *string `json:"session"`
	Shown      int64   `json:"shown"`
	Absorbed   int64   `json:"absorbed"`
}

// countAnswer is how many there are.
type countAnswer struct {
	Live int64 `json:"live"`
}

// cancelledAnswer says whether a login token was cancelled, or had ended before.
type cancelledAnswer struct {
	Cancelled bool `json:"cancelled"`
}
