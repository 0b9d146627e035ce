package bench

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	populationFile = "population.json"
	sessionsFile   = "sessions.txt"
	mostListed     = 10_000 // accounts that requests are made for
)

// Population says what a store was filled with and how to log in there. Anybody can write one for a server of their own:
// without Tokens, sessions are opened by log-in before the first row.
type Population struct {
	Seed     string    `json:"seed,omitzero"`
	Engine   string    `json:"engine,omitzero"`
	Database string    `json:"database,omitzero"` // its URL, of a PostgreSQL population
	Tenants  int       `json:"tenants,omitzero"`
	Persons  int       `json:"persons,omitzero"`
	Sessions int64     `json:"sessions,omitzero"`
	OfPeople bool      `json:"sessions_of_people,omitzero"`
	LoadedAt time.Time `json:"loaded_at,omitzero"`   // when the sessions were opened
	Tokens   string    `json:"tokens,omitzero"`      // file of their secrets, beside this one
	Portal   Redeemer  `json:"portal"`               // Alephee's module 1
	Long     Redeemer  `json:"long_portal,omitzero"` // whose login tokens may live 15 minutes
	Accounts []Account `json:"accounts"`
}

// Redeemer is the audience that login tokens are minted for, and what its back end redeems with.
type Redeemer struct {
	Audience   int64  `json:"audience"`
	Credential string `json:"credential"`
}

// Account is one account, its owner and their credentials. What is empty is not measured.
type Account struct {
	ID         int64  `json:"id"`
	Email      string `json:"email"`
	Password   string `json:"password,omitzero"`
	Key        string `json:"key,omitzero"` // of the owner's key pair
	Secret     string `json:"secret,omitzero"`
	Integrator string `json:"integrator_key,omitzero"` // mints for the account
	Single     string `json:"single_key,omitzero"`     // the owner's own, of one string
}

// newPopulation describes what o asks for, before anything is made.
func newPopulation(o Options) Population {
	p := Population{
		Seed: o.Seed, Engine: o.Engine, Tenants: o.Tenants, Persons: o.Persons, OfPeople: o.OfPeople, Tokens: sessionsFile,
		Portal: redeemerOf(o.Seed, shortAudience), Long: redeemerOf(o.Seed, longAudience),
	}
	for number := range int64(min(o.Tenants, mostListed)) {
		p.Accounts = append(p.Accounts, accountOf(o.Seed, number))
	}
	return p
}

func redeemerOf(seed string, audience int64) Redeemer {
	return Redeemer{Audience: audience, Credential: derived(seed, "redeemer", audience)}
}

func accountOf(seed string, number int64) Account {
	return Account{
		ID: number + 1, Email: emailOf(number), Password: passwordOf(seed),
		Key: "apiKey-" + derived(seed, "key", number)[:12], Secret: derived(seed, "secret", number),
		Integrator: derived(seed, "integrator", number), Single: derived(seed, "single", number),
	}
}

func emailOf(number int64) string { return fmt.Sprintf("person%d@bench.test", number+1) }

// passwordOf is everybody's, so that it has to be hashed once.
func passwordOf(seed string) string { return derived(seed, "password", 0)[:20] }

// derived makes a secret of the seed, so that a population can be described without being listed.
func derived(seed, what string, number int64) string {
	sum := sha256.Sum256([]byte(seed + "\x00" + what + "\x00" + strconv.FormatInt(number, 10)))
	return hex.EncodeToString(sum[:16])
}

// readPopulation reads a description; the path of its tokens is relative to it.
func readPopulation(name string) (p Population, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(text, &p, json.RejectUnknownMembers(true)); err != nil {
		return p, fmt.Errorf("%s is no population file: %w", name, err)
	}
	if len(p.Accounts) == 0 {
		return p, fmt.Errorf("%s lists no accounts", name)
	}
	if p.Tokens != "" && !filepath.IsAbs(p.Tokens) {
		p.Tokens = filepath.Join(filepath.Dir(name), p.Tokens)
	}
	return p, nil
}

func (p Population) write(dir string) error {
	text, err := json.Marshal(p, jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, populationFile), text, 0o600)
}
