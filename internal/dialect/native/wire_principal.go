package native

// personRequest is the body of POST /v1/persons.
type personRequest struct {
	ID           *string `json:"id"`
	Organisation string  `json:"organisation"`
	Email        string  `json:"email"`
	Username     *string `json:"username"`
	Name         string  `json:"name"`
}

// personChange is the body of PATCH /v1/persons/{person}.
type personChange struct {
	Email    *string          `json:"email"`
	Username nullable[string] `json:"username"`
	Name     *string          `json:"name"`
	Status   *string          `json:"status"`
}

// personAnswer is a person.
type personAnswer struct {
	serviceAnswer
	Email    *string `json:"email"`
	Username *string `json:"username"`
}

// serviceRequest is the body of POST /v1/services.
type serviceRequest struct {
	Organisation string `json:"organisation"`
	Name         string `json:"name"`
}

// serviceChange is the body of PATCH /v1/services/{service}.
type serviceChange struct {
	Status *string `json:"status"`
}

// serviceAnswer is a service, and what a person has of it. Who made and changed it is left out: that may be somebody
// whom who asks does not see.
type serviceAnswer struct {
	ID           string  `json:"id"`
	Organisation *string `json:"organisation"`
	Name         string  `json:"name"`
	Status       string  `json:"status"`
	SuspendedAt  *string `json:"suspended_at"`
	CreatedAt    *string `json:"created_at"`
	UpdatedAt    *string `json:"updated_at"`
}
