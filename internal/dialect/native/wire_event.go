package native

// eventAnswer is one record of the audit log.
type eventAnswer struct {
	ID         string            `json:"id"`
	At         *string           `json:"at"`
	Act        string            `json:"act"`
	Outcome    string            `json:"outcome"`
	Reason     *string           `json:"reason"`
	Actor      *string           `json:"actor"`
	ActingFor  *string           `json:"acting_for"`
	Credential *string           `json:"credential"`
	Subject    *string           `json:"subject"`
	Tenant     *string           `json:"tenant"`
	Audience   *int64            `json:"audience"`
	Session    *string           `json:"session"`
	LoginToken *string           `json:"login_token"`
	Dialect    *string           `json:"dialect"`
	Request    *string           `json:"request"`
	Source     *string           `json:"source"`
	Count      int64             `json:"count"`
	Detail     map[string]string `json:"detail"`
}

// limitsAnswer is what a credential may ask how often.
type limitsAnswer struct {
	Credential  string             `json:"credential"`
	Policies    []policyAnswer     `json:"policies"`
	FailedTries []failedTriesLimit `json:"failed_tries"`
}

// policyAnswer is one allowance; its name is that of the RateLimit headers.
type policyAnswer struct {
	Name          string `json:"name"`
	Requests      *int   `json:"requests"`
	WindowSeconds int    `json:"window_seconds"`
	Own           bool   `json:"own"`
}

// failedTriesLimit is one budget of failed tries, which every node keeps for itself.
type failedTriesLimit struct {
	Name          string `json:"name"`
	Failures      int    `json:"failures"`
	WindowSeconds int64  `json:"window_seconds"`
	LockSeconds   int64  `json:"lock_seconds"`
}
