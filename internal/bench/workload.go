package bench

import (
	"maps"
	"slices"
)

// revoke is the one workload that is not a row of operations.
const revoke = "revoke"

// standard is what is measured unless workloads are named.
var standard = []string{
	"verify", "introspect", "gateway", "login-pair", "login-single", "login-password", "mint", "redeem", "pairs", "mix", revoke,
}

// workload is one kind of operation.
type workload struct {
	base  string // the workload of the bare server that it is compared with
	do    func(w *worker) outcome
	needs need
}

// need says what must be there before a workload runs.
type need struct{ loginTokens, sessions bool }

const (
	bareGet  = "bare-get"
	barePost = "bare-post"
	bareHash = "bare-hash"
)

// workloads has every kind of operation by name. What changes the store is compared with a POST, whatever its method.
var workloads = map[string]workload{
	bareGet:  {do: (*worker).bareGet},
	barePost: {do: (*worker).barePost},
	bareHash: {do: (*worker).bareHash},

	"verify":     {base: bareGet, do: (*worker).verify, needs: need{sessions: true}},
	"introspect": {base: barePost, do: (*worker).introspect, needs: need{sessions: true}},
	"gateway":    {base: bareGet, do: (*worker).passGateway, needs: need{sessions: true}},

	"login-pair":     {base: barePost, do: (*worker).logInByPair},
	"login-single":   {base: barePost, do: (*worker).logInBySingleKey},
	"login-password": {base: bareHash, do: (*worker).logInByPassword},

	"mint":   {base: barePost, do: (*worker).mint},
	"redeem": {base: barePost, do: (*worker).redeem, needs: need{loginTokens: true}},
	"pairs":  {base: barePost, do: (*worker).mintAndRedeem},

	"mix": {base: barePost, do: (*worker).mixed, needs: need{sessions: true}},
}

// mintLong fills up the login tokens of redeem; it is no row.
var mintLong = workload{base: barePost, do: (*worker).mintLong}

// Workloads returns the names of all workloads.
func Workloads() []string {
	return append(slices.Sorted(maps.Keys(workloads)), revoke)
}
