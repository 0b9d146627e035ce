package native

// signingKeyAnswer is a signing key, without its private part.
type signingKeyAnswer struct {
	ID             string  `json:"id"`
	Algorithm      string  `json:"algorithm"`
	State          string  `json:"state"`
	CreatedAt      *string `json:"created_at"`
	SignsAt        *string `json:"signs_at"`
	RetiredAt      *string `json:"retired_at"`
	PublishedUntil *string `json:"published_until"`
	KilledAt       *string `json:"killed_at"`
}

// rotateKeysRequest is the body of POST /v1/signing-keys/rotate.
type rotateKeysRequest struct {
	Algorithm *string `json:"algorithm"`
}

// keysAnswer is all signing keys there are and were.
type keysAnswer struct {
	Items []signingKeyAnswer `json:"items"`
}

// killedAnswer says whether a signing key was killed by this request, and how the keys are now.
type killedAnswer struct {
	Killed bool `json:"killed"`
	keysAnswer
}
