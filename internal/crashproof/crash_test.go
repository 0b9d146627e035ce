package crashproof_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/testenv"
)

const (
	roundsVariable = "DOORWARD_CRASH_ROUNDS" // set by make crash
	seedVariable   = "DOORWARD_CRASH_SEED"   // the seed of the first round; each round prints its own when it fails
	shortRounds    = 6
	clients        = 16
)

// program is the real one, built once.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "doorward-crash-")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "doorward")
	code := 1
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/doorward").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// TestACrashLosesAndDoublesAndRevivesNothing strikes each engine in the middle of many
// clients' acts, round after round on one store.
func TestACrashLosesAndDoublesAndRevivesNothing(t *testing.T) {
	rounds, long := numberFrom(t, roundsVariable)
	if !long {
		rounds = shortRounds
	}
	seed, given := numberFrom(t, seedVariable)
	if !given {
		seed = rand.Uint64() >> 1
	}
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			rig := newRig(t, engine)
			began, struck, sum, unsaid := time.Now(), map[string]int{}, tallies{}, 0
			for i, strike := range plan(engine, int(rounds), long) {
				r := &round{rig: rig, strike: strike, seed: seed + uint64(i), span: 300, ledger: newLedger()}
				if faults := r.run(t); len(faults) > 0 {
					t.Fatalf("round %d (%s, %s=%d):\n%s", i, strike.name, seedVariable, r.seed, shown(faults))
				}
				sum.add(r.ledger.tries[:r.before])
				struck[strike.name]++
				unsaid += r.unsaid
			}
			t.Logf("%s: %s; %s, %d of them done; %d s", engine, counted(struck), sum, unsaid, int(time.Since(began).Seconds()))
		})
	}
}

// plan says what strikes in each round: the program itself, and on PostgreSQL now and then what it stands on.
func plan(engine string, rounds int, long bool) (strikes []strike) {
	for i := range rounds {
		strikes = append(strikes, killNode)
		if engine != "postgres" || i%10 != 5 {
			continue
		}
		strikes = append(strikes, cutConnections)
		if long { // it hits every database of the server, and so every test beside this one
			strikes = append(strikes, crashPostgres)
		}
	}
	return strikes
}

func numberFrom(t *testing.T, variable string) (n uint64, given bool) {
	text := os.Getenv(variable)
	if text == "" {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n, true
}

// shown says a few faults of each kind: one broken promise often shows in hundreds of places.
func shown(faults []string) (text string) {
	slices.Sort(faults)
	kinds := map[string]int{}
	for _, fault := range faults {
		kind, _, _ := strings.Cut(fault, ":")
		if kinds[kind]++; kinds[kind] <= 4 {
			text += "  " + fault + "\n"
		}
	}
	return fmt.Sprintf("%s  %d in all: %v", text, len(faults), kinds)
}
