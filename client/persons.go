package client

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// Person is a person as the directory has them.
type Person struct {
	ID           string     `json:"id"` // "person:3"
	Organisation string     `json:"organisation"`
	Email        string     `json:"email"`
	Username     string     `json:"username"`
	Name         string     `json:"name"`
	Status       string     `json:"status"`
	SuspendedAt  *time.Time `json:"suspended_at"` // deactivated by an operator's act; nil: not
	CreatedAt    *time.Time `json:"created_at"`
	UpdatedAt    *time.Time `json:"updated_at"`
}

const personsPath = "/v1/persons"

// Persons goes through the persons that the route's parameters select, such as "email"; nil selects all.
func (c *Client) Persons(ctx context.Context, filter url.Values) iter.Seq2[Person, error] {
	return List[Person](ctx, c, personsPath, filter)
}

// Person reads one person, with its version.
func (c *Client) Person(ctx context.Context, id string) (Person, Version, error) {
	return Get[Person](ctx, c, personsPath+"/"+url.PathEscape(id))
}

// PersonRequest says what person to create; what is empty is left to Doorward.
type PersonRequest struct {
	ID           string `json:"id,omitzero"`
	Organisation string `json:"organisation"`
	Email        string `json:"email"`
	Username     string `json:"username,omitzero"`
	Name         string `json:"name"`
}

// CreatePerson makes a person. An empty key is an idempotency key made for this call.
func (c *Client) CreatePerson(ctx context.Context, r PersonRequest, key string) (Person, error) {
	return Create[Person](ctx, c, personsPath, r, key)
}

// PersonChange says what to change of a person; nil leaves a member as it is.
type PersonChange struct {
	Email  *string `json:"email,omitzero"`
	Name   *string `json:"name,omitzero"`
	Status *string `json:"status,omitzero"` // active, inactive or deleted
}

// ChangePerson changes a person, only if it is still of a version when one is given.
func (c *Client) ChangePerson(ctx context.Context, id string, change PersonChange, only Version) (Person, Version, error) {
	return Change[Person](ctx, c, personsPath+"/"+url.PathEscape(id), change, only)
}
