package native

// audienceRequest is the body of POST /v1/audiences.
type audienceRequest struct {
	ID          *int64          `json:"id"`
	Name        string          `json:"name"`
	Kind        string          `json:"kind"`
	URL         *string         `json:"url"`
	Home        *string         `json:"home"`
	Resource    *string         `json:"resource"`
	Lifetime    *lifetimeRange  `json:"lifetime"`
	AccessToken *accessTokenWay `json:"access_token"`
}

// audienceChange is the body of PATCH /v1/audiences/{audience}.
type audienceChange struct {
	Name        *string                  `json:"name"`
	Kind        *string                  `json:"kind"`
	URL         nullable[string]         `json:"url"`
	Home        nullable[string]         `json:"home"`
	Resource    nullable[string]         `json:"resource"`
	Lifetime    *lifetimeRange           `json:"lifetime"`
	AccessToken nullable[accessTokenWay] `json:"access_token"`
}

// audienceAnswer is an audience.
type audienceAnswer struct {
	ID          int64          `json:"id"`
	Name        string         `json:"name"`
	Kind        string         `json:"kind"`
	URL         *string        `json:"url"`
	Home        *string        `json:"home"`
	Resource    *string        `json:"resource"`
	Lifetime    lifetimeRange  `json:"lifetime"`
	AccessToken accessTokenWay `json:"access_token"`
	CreatedAt   *string        `json:"created_at"`
	UpdatedAt   *string        `json:"updated_at"`
}

// lifetimeRange bounds how long a login token for the audience lives.
type lifetimeRange struct {
	Default int64 `json:"default_seconds"`
	Min     int64 `json:"min_seconds"`
	Max     int64 `json:"max_seconds"`
}

// accessTokenWay says how access tokens for the audience are made; null is as the installation is configured.
type accessTokenWay struct {
	Format    *string `json:"format"`
	Algorithm *string `json:"algorithm"`
	Lifetime  *int64  `json:"lifetime_seconds"`
}
