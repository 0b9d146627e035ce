package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
)

// here stands for the test that an example has not got.
type here struct{ testing.TB }

func (here) Helper()                  {}
func (here) Cleanup(func())           {}
func (here) Context() context.Context { return context.Background() }
func (here) Fatal(args ...any)        { panic(fmt.Sprint(args...)) }

func Example() {
	doorward := clienttest.New(here{}) // in your program: an installation
	c, err := client.New(doorward.URL, client.Options{Credential: clienttest.Credential, ClientID: clienttest.ClientID})
	if err != nil {
		panic(err)
	}
	link := doorward.LoginToken(clienttest.Token{Name: "Ada Acme", Account: "account:1200"})

	// A portal's back end spends a login token, once.
	redeemed, err := c.RedeemLoginToken(context.Background(), client.Redemption{LoginToken: link})
	if err != nil {
		panic(err)
	}
	fmt.Println(redeemed.Subject.Name, "at account", redeemed.Account.ID)

	_, err = c.RedeemLoginToken(context.Background(), client.Redemption{LoginToken: link})
	var problem *client.Problem
	fmt.Println(errors.As(err, &problem), problem.Code)
	// Output:
	// Ada Acme at account 1200
	// true login-token-refused
}

func ExampleVerifier_Require() {
	doorward := clienttest.New(here{})
	v, err := client.NewVerifier(doorward.Client(here{}), "https://orders.example", client.VerifierOptions{Now: doorward.Clock.Now})
	if err != nil {
		panic(err)
	}
	defer v.Close()

	orders := v.Require(client.Requirement{
		Permissions: []string{"orders.read"},
		Account:     func(r *http.Request) string { return "account:" + r.PathValue("account") },
		Acting:      client.ActingReadOnly,
	})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "orders for", client.SubjectFrom(r.Context()).ID)
		if actor, ok := client.ActorFrom(r.Context()); ok {
			fmt.Fprintln(w, "asked for by", actor.ID)
		}
	}))
	mux := http.NewServeMux()
	mux.Handle("/accounts/{account}/orders", orders)

	token := doorward.AccessToken(here{}, clienttest.Token{
		Audience: "https://orders.example", Account: "account:1200", Permissions: []string{"orders.read"},
		Actor: &client.Principal{ID: "person:8"},
	})
	for _, target := range []string{"GET /accounts/1200/orders", "POST /accounts/1200/orders", "GET /accounts/1201/orders"} {
		var method, path string
		fmt.Sscan(target, &method, &path)
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code)
		if w.Code == http.StatusOK {
			fmt.Print(w.Body)
		}
	}
	// Output:
	// 200
	// orders for person:3
	// asked for by person:8
	// 403
	// 403
}

func ExampleVerifier_Verify() {
	doorward := clienttest.New(here{})
	v := doorward.Verifier(here{}, "https://orders.example", client.VerifierOptions{})
	defer v.Close()

	token := doorward.AccessToken(here{}, clienttest.Token{Audience: "https://billing.example"})
	_, err := v.Verify(context.Background(), token)
	switch {
	case client.ReasonOf(err) != "":
		fmt.Println("no:", client.ReasonOf(err)) // 401
	case errors.Is(err, client.ErrUndecided):
		fmt.Println("try again later") // 503
	default:
		fmt.Println("yes")
	}
	// Output: no: another-audience
}

func ExampleClient_Sessions() {
	c, err := client.New("https://login.example", client.Options{Credential: "an operator's key"})
	if err != nil {
		panic(err)
	}
	for session, err := range c.Sessions(context.Background(), client.SessionFilter{Tenant: "account:1200"}, true) {
		if err != nil {
			break // a *client.Problem, or the connection
		}
		fmt.Println(session.ID, session.Subject)
	}
}
