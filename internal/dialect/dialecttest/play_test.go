package dialecttest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// wire is the server that the transcripts of these tests talk to.
func wire(t *testing.T, answer string) player {
	t.Helper()
	var passed time.Duration
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Asked") != "yes" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if r.PathValue("id") == "0" {
			w.WriteHeader(http.StatusGone)
			return
		}
		w.Header().Set("X-Count", "1")
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, answer)
	})
	mux.HandleFunc("POST /uses", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, "at %s: %s for %s", passed, r.URL.Query().Get("token"), body)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	specification, err := ReadContract("testdata/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return player{base: server.URL, advance: func(d time.Duration) { passed += d }, contract: specification}
}

const thing = `{"id":7,"token":"abcd","link":null}`

func parse(t *testing.T, text string) transcript {
	t.Helper()
	parsed, err := parseTranscript("thing", txtar.Parse([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func rightText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/wire/thing.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestATranscriptThatIsRightPasses(t *testing.T) {
	transcripts, err := readTranscripts("testdata/wire")
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range transcripts {
		if err := wire(t, thing).play(told); err != nil {
			t.Error(err)
		}
	}
}

func TestATranscriptThatIsWrongAnywhereFails(t *testing.T) {
	for name, change := range map[string]struct{ old, new, complaint string }{
		"status":            {"200\n", "201\n", "the status is 200"},
		"header":            {"X-Count: <<count>>", "X-Count: 2", "the header X-Count"},
		"header missing":    {"X-Count: <<count>>", "X-Other: <<*>>", "the header X-Other"},
		"header too many":   {"X-Absent: -", "X-Count: -", "the header X-Count is there"},
		"member value":      {`"id": <<id>>`, `"id": 8`, `$.id is "7"`},
		"number spelling":   {`"id": <<id>>`, `"id": 7.0`, `$.id is "7"`},
		"quoted number":     {`"id": <<id>>`, `"id": "<<id>>"`, `$.id is`},
		"bare for a string": {`"token": "<<token>>"`, `"token": <<token>>`, "$.token is not"},
		"member too many":   {`, "link": null`, ``, `a member "link" too many`},
		"member missing":    {`, "link": null`, `, "link": null, "more": 1`, `lacks the member "more"`},
		"null":              {`"link": null`, `"link": ""`, "$.link is"},
		"body of text":      {"at 30s", "at 31s", "the body is not"},
		"body unexpected":   {"\n\nat 30s: {{token}} for thing {{id}}\n", "\n", "the body is not"},
		"no such name":      {"thing {{id}}", "thing {{other}}", "nothing has been kept for {{other}}"},
		"clock":             {"-- advance later --\n30s\n", "", "the body is not"},
		"request body":      {"thing {{id}}\n-- response", "thang {{id}}\n-- response", "the body is not"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := strings.Replace(rightText(t), change.old, change.new, 1)
			err := wire(t, thing).play(parse(t, wrong))
			if err == nil || !strings.Contains(err.Error(), change.complaint) {
				t.Errorf("got %v, want a complaint with %q", err, change.complaint)
			}
		})
	}
}

func TestADuplicateMemberInAnAnswerFails(t *testing.T) {
	err := wire(t, `{"id":7,"token":"abcd","link":null,"id":7}`).play(parse(t, rightText(t)))
	if err == nil || !strings.Contains(err.Error(), "duplicate") {
		t.Errorf("got %v", err)
	}
}

func TestAFolderWithoutTranscriptsFails(t *testing.T) {
	if _, err := readTranscripts(t.TempDir()); err == nil {
		t.Error("an empty folder passed")
	}
	if _, err := readTranscripts("no-such-folder"); err == nil {
		t.Error("a missing folder passed")
	}
}

func TestATranscriptThatCannotBeActedOutIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":          "",
		"no story":         "-- request a --\nGET /\n-- response a --\n200\n",
		"no request":       "A story.\n-- advance a --\n1s\n",
		"no response":      "A story.\n-- request a --\nGET /\n",
		"another response": "A story.\n-- request a --\nGET /\n-- response b --\n200\n",
		"unknown file":     "A story.\n-- note a --\n\n-- request a --\nGET /\n-- response a --\n200\n",
		"time backwards":   "A story.\n-- advance a --\n-1s\n-- request a --\nGET /\n-- response a --\n200\n",
		"bad header":       "A story.\n-- request a --\nGET /\nnone\n-- response a --\n200\n",
		"empty request":    "A story.\n-- request a --\n\n-- response a --\n200\n",
	} {
		if _, err := parseTranscript(name, txtar.Parse([]byte(text))); err == nil {
			t.Errorf("%s: it was accepted", name)
		}
	}
}
