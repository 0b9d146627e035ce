package gateways_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// guide is where the table of what was observed is, between two marks.
const guide, mark = "../../docs/gateways.md", "<!-- what was observed -->\n"

// kind is a gateway that can be started in front of the application.
type kind struct {
	name  string
	start func(t *testing.T, doorward, application string) (address string)
}

func kinds() (all []kind) {
	for _, p := range programs {
		all = append(all, kind{p.title, p.start})
	}
	return append(all,
		kind{"Traefik, by its contract", func(t *testing.T, doorward, application string) string {
			return traefik(t, doorward).serve(t, application)
		}},
		kind{"Envoy, by its contract", func(t *testing.T, doorward, application string) string {
			return envoy(t, doorward).serve(t, application)
		}},
	)
}

// TestEveryGatewayKeepsOutAndLetsThroughAlike runs every gateway with its configuration of this folder, and holds
// what came of it against the table in the guide. DOORWARD_UPDATE=1 writes the table.
func TestEveryGatewayKeepsOutAndLetsThroughAlike(t *testing.T) {
	r := newRig(t)
	observed := map[string]map[string]string{}
	for _, k := range kinds() {
		observed[k.name] = map[string]string{}
		t.Run(k.name, func(t *testing.T) {
			r.play(t, k.start(t, r.doorward, r.application.address), observed[k.name])
			observed[k.name][down] = r.playDown(t, k)
		})
	}
	table := tableOf(observed)
	t.Log("\n" + table)
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), mark)
	if len(parts) != 3 {
		t.Fatalf("%s has not two marks", guide)
	}
	if os.Getenv("DOORWARD_UPDATE") != "" && !t.Failed() {
		if err := os.WriteFile(guide, []byte(parts[0]+mark+table+mark+parts[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if parts[1] != table {
		t.Errorf("%s has another table; with DOORWARD_UPDATE=1 it is written again", guide)
	}
}

func (r *rig) play(t *testing.T, address string, observed map[string]string) {
	for _, c := range matrix {
		t.Run(c.name, func(t *testing.T) { observed[c.name] = c.play(gateway{r, t, address}) })
	}
}

const down = "Doorward does not answer"

// playDown runs the gateway where nobody answers for Doorward.
func (r *rig) playDown(t *testing.T, k kind) string {
	g := gateway{r, t, k.start(t, freeAddress(t), r.application.address)}
	answer := g.send(sent{header: bearer(r.member(t, "key-of-the-orders", 1))})
	if answer.status < 500 || answer.seen != nil {
		t.Errorf("%d, the application saw %+v", answer.status, answer.seen)
	}
	return fmt.Sprintf("refused, %d", answer.status)
}

func tableOf(observed map[string]map[string]string) string {
	var b strings.Builder
	b.WriteString("| |")
	for _, k := range kinds() {
		fmt.Fprintf(&b, " %s |", k.name)
	}
	b.WriteString("\n|---" + strings.Repeat("|---", len(kinds())) + "|\n")
	for _, c := range append(matrix, matrixCase{name: down}) {
		fmt.Fprintf(&b, "| %s |", c.name)
		for _, k := range kinds() {
			fmt.Fprintf(&b, " %s |", observed[k.name][c.name])
		}
		b.WriteString("\n")
	}
	return b.String()
}
