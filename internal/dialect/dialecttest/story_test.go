package dialecttest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// fake gives out numbers, and is wrong in one way.
type fake struct {
	wrong string
	last  int
	live  map[string]bool
}

func (f *fake) Begin(*testing.T) string {
	if f.wrong != "same" || f.last == 0 {
		f.last++
	}
	given := "given-" + strconv.Itoa(f.last) + "x"
	f.live[given] = f.wrong != "dead"
	return given
}

func (f *fake) Use(_ *testing.T, presented string) bool {
	return f.live[presented] || f.wrong == "lax" && strings.HasPrefix(presented, "given-")
}

func (f *fake) End(_ *testing.T, presented string) {
	if f.wrong != "endless" {
		delete(f.live, presented)
	}
}

type complaints []string

func (c *complaints) Errorf(format string, args ...any) {
	*c = append(*c, fmt.Sprintf(format, args...))
}

func TestTheStoryPassesWhereAllIsRightAndFailsWhereSomethingIsNot(t *testing.T) {
	for _, wrong := range []string{"", "same", "dead", "lax", "endless"} {
		var found complaints
		tellTo(&found, t, &fake{wrong: wrong, live: map[string]bool{}})
		if (len(found) > 0) != (wrong != "") {
			t.Errorf("%q: complaints %q", wrong, found)
		}
	}
}
