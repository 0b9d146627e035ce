package native

// revocationsAnswer is the answer to GET /v1/revocations for who polls.
type revocationsAnswer struct {
	Items   []revocation `json:"items"`
	Cursor  string       `json:"cursor"`
	ResetAt *string      `json:"reset_at"`
	More    bool         `json:"more"`
	Stale   bool         `json:"stale"`
	heard
}

// revocation is one fact that ended or changed; as an event it has the same members.
type revocation struct {
	Cursor string `json:"cursor"`
	Fact   string `json:"fact"`
	Ended  bool   `json:"ended"`
	At     string `json:"at"`
}

// reset is the data of an event that says what to doubt.
type reset struct {
	At string `json:"at"`
}

// heard is the data of an event that says how far the node has heard from the store.
type heard struct {
	HeardAt  string `json:"heard_at"`
	HeardAgo int64  `json:"heard_ago_ms"`
}
