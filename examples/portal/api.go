package portal

import (
	"encoding/json"
	"net/http"

	"github.com/doorward/doorward/client"
)

// order is what this portal is about.
type order struct {
	Number string `json:"number"`
	What   string `json:"what"`
}

// ordersOf returns the orders of an account: each has its own, so that a token for one never shows another's.
func ordersOf(account string) []order {
	if account == "" {
		return nil
	}
	return []order{{account + "/1", "Twelve crates of brake pads"}, {account + "/2", "One pallet of wiper blades"}}
}

func accountOf(r *http.Request) string {
	i, _ := client.IdentityFrom(r.Context())
	return i.Account
}

// listOrders answers the orders of the account that the access token is for.
func listOrders(w http.ResponseWriter, r *http.Request) {
	actor, _ := client.ActorFrom(r.Context())
	answer(w, http.StatusOK, map[string]any{
		"account": accountOf(r), "for": client.SubjectFrom(r.Context()).ID, "by": actor.ID, "orders": ordersOf(accountOf(r)),
	})
}

// makeOrder takes an order, and puts both names to it.
func makeOrder(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusCreated, map[string]any{"account": accountOf(r), "ordered_by": client.SubjectFrom(r.Context()).ID})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
