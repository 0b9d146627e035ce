package activeplatform_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/testenv"
)

// tree is a directory of one reseller with 23 managers, 40 accounts and 60 resellers below it at several depths, each
// with one account, beside a stranger with the same.
func tree() string {
	var b strings.Builder
	line := func(depth int, format string, args ...any) {
		b.WriteString(strings.Repeat("  ", depth) + fmt.Sprintf(format, args...) + "\n")
	}
	line(0, "version: 1\norganisations:\n  - name: TREE\n    people:\n      - {id: 1, email: owner@tree.test, name: Owner}")
	for n := range 23 {
		line(3, "- {id: %d, email: m%d@tree.test, name: Manager}", 100+n, n)
	}
	line(2, "resellers:")
	account := func(depth, id int) {
		line(depth, "- {id: %d, name: A%d, members: [{person: owner@tree.test, level: owner}]}", id, id)
	}
	for _, root := range []int{1, 1001} {
		line(3, "- id: %d\n        name: Root", root)
		if root == 1 {
			line(4, "managers:")
			line(5, "- {person: m0@tree.test, role: admin, api_token: %s}", northKey)
			for n := range 22 {
				line(5, "- {person: m%d@tree.test, role: sales}", 1+n)
			}
		}
		line(4, "accounts:")
		for n := range 40 {
			account(5, root*1000+n)
		}
		depth := 4
		for n := range 60 { // chains of three
			if n%3 == 0 {
				depth = 4
			}
			if n == 0 || n%3 != 0 {
				line(depth, "resellers:")
			}
			line(depth+1, "- id: %d\n%sname: R", root+1+n, strings.Repeat("  ", depth+2))
			line(depth+2, "accounts:")
			account(depth+3, root*1000+500+n)
			depth += 2
		}
	}
	return b.String()
}

// numbers counts from a first one.
func numbers(first, count int) (ids []string) {
	for n := range count {
		ids = append(ids, strconv.Itoa(first+n))
	}
	return ids
}

type listed struct {
	Data []struct {
		ID string `json:"id"`
	} `json:"data"`
	Links map[string]*string `json:"links"`
	Meta  struct {
		Total int `json:"total_count"`
		Pages int `json:"total_pages"`
	} `json:"meta"`
}

// list asks for a path with its query, written as it goes over the wire.
func (w wire) list(t *testing.T, pathAndQuery string) (page listed, ids []string) {
	t.Helper()
	path, query, _ := strings.Cut(pathAndQuery, "?")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.RawQuery = query
	r.Header.Set("X-Api-Token", w.key)
	status, body := do(t, r)
	if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s", pathAndQuery, status, body)
	}
	for _, one := range page.Data {
		ids = append(ids, one.ID)
	}
	return page, ids
}

func TestFollowingTheLinksOfAListShowsEachEntryOnce(t *testing.T) {
	lists := map[string][]string{
		"child_resellers":         numbers(2, 60),
		"accounts":                numbers(1000, 40),
		"child_reseller_accounts": numbers(1500, 60),
		"managers":                numbers(100, 23),
	}
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, tree())
		w := wire{base: env.Serve(t, withRedeemer(env)), key: northKey}
		for name, want := range lists {
			for _, size := range []int{7, 20, 23, 1000} {
				t.Run(fmt.Sprint(name, " by ", size), func(t *testing.T) {
					path := fmt.Sprintf("/api/v3/resellers/1/%s?page[size]=%d", name, size)
					pages := (len(want) + size - 1) / size
					forth := w.follow(t, path, "next", len(want), pages)
					if diff := cmp.Diff(want, slices.Concat(forth...)); diff != "" {
						t.Error(diff)
					}
					last, _ := w.list(t, path)
					back := w.follow(t, local(t, *last.Links["last"]), "prev", len(want), pages)
					slices.Reverse(back)
					if diff := cmp.Diff(forth, back); diff != "" {
						t.Errorf("backwards: %s", diff)
					}
				})
			}
		}
	})
}

// follow walks by one link to where there is no further one.
func (w wire) follow(t *testing.T, path, link string, total, pages int) (all [][]string) {
	t.Helper()
	for len(all) <= pages {
		page, ids := w.list(t, path)
		all = append(all, ids)
		if page.Meta.Total != total || page.Meta.Pages != pages {
			t.Errorf("%s: %+v, not %d in %d", path, page.Meta, total, pages)
		}
		if self := local(t, *page.Links["self"]); len(all) > 1 && self != path {
			t.Errorf("%s calls itself %s", path, self)
		}
		if page.Links[link] == nil {
			return all
		}
		path = local(t, *page.Links[link])
	}
	t.Fatalf("%s has no end", link)
	return nil
}

// local turns a link, which must be under the public URL, into what the test's server is asked.
func local(t *testing.T, link string) string {
	t.Helper()
	path, ok := strings.CutPrefix(link, testenv.InstallationURL)
	if !ok {
		t.Fatalf("%s is elsewhere", link)
	}
	return path
}

func TestAPageHasFiftyEntriesUnlessAskedOtherwise(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, tree())
	w := wire{base: env.Serve(t, withRedeemer(env)), key: northKey}
	page, ids := w.list(t, "/api/v3/resellers/1/child_reseller_accounts")
	if len(ids) != 50 || page.Meta.Pages != 2 || page.Links["next"] == nil {
		t.Errorf("%d entries, %+v", len(ids), page)
	}
}
