package native

// redeemRequest is the body of POST /v1/login-tokens/redeem.
type redeemRequest struct {
	LoginToken *string `json:"login_token"`
	Email      *string `json:"email"`
}

// redeemedAnswer is the answer to POST /v1/login-tokens/redeem.
type redeemedAnswer struct {
	SessionToken string `json:"session_token"`
	sessionFacts
}

// sessionAnswer is the answer to GET /v1/session.
type sessionAnswer struct {
	sessionFacts
	Organisation *organisation `json:"organisation"`
	Unit         *unit         `json:"unit"`
}

// sessionFacts is what both answers say of a session.
type sessionFacts struct {
	ExpiresAt string   `json:"expires_at"`
	Audience  *int64   `json:"audience"`
	Subject   subject  `json:"subject"`
	Account   *account `json:"account"`
	Actor     *actor   `json:"actor"`
}

type subject struct {
	ID    *int64  `json:"id"`
	Email *string `json:"email"`
	Name  string  `json:"name"`
}

type actor struct {
	subject
	Kind string `json:"kind"`
}

type account struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type organisation struct {
	Name string `json:"name"`
}

type unit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// problem is an RFC 9457 problem document.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	RequestID string `json:"request_id"`
	Parameter string `json:"parameter,omitempty"`
}
