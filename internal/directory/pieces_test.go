package directory_test

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/testenv"
)

func TestAFileIsReadTheSameInPieces(t *testing.T) {
	cut := 0
	rapid.Check(t, func(t *rapid.T) {
		text := written(t, newDirectory(t))
		from := rapid.IntRange(1, 500).Draw(t, "from")
		got, ok := directory.ReadInPieces(text, from)
		if !ok {
			return // texts that look like anchors
		}
		cut++
		if diff := gocmp.Diff(read(t, text), got, netipOption); diff != "" {
			t.Fatalf("%s\n%s", diff, text)
		}
	})
	if cut < 10 {
		t.Errorf("only %d files were read in pieces", cut)
	}
}

func TestLargeFilesAreReadInPieces(t *testing.T) {
	for name, text := range map[string]string{
		"the demo":            string(demo.Directory),
		"entries in lines":    testenv.LargeDirectory(300, 20, 13),
		"entries in brackets": largeDirectory(300),
		"with CR LF":          strings.ReplaceAll(largeDirectory(300), "\n", "\r\n"),
	} {
		got, ok := directory.ReadInPieces([]byte(text), 200)
		if diff := gocmp.Diff(read(t, []byte(text)), got, netipOption); !ok || diff != "" {
			t.Errorf("%s: %t %s", name, ok, diff)
		}
	}
}

// TestWhatIndentationDoesNotTellIsReadWhole tries to hide an end of a list from who looks at lines only.
func TestWhatIndentationDoesNotTellIsReadWhole(t *testing.T) {
	people := strings.Repeat("      - {id: 1, email: a@a.test, name: A}\n", 20)
	for name, text := range map[string]string{
		"an anchor":          "version: 1\norganisations:\n  - name: O\n    people: &p\n" + people,
		"an alias":           "version: 1\norganisations:\n  - name: O\n    people: [*p]\n",
		"a block scalar":     "version: 1\norganisations:\n  - name: |\n      O\n    people:\n" + people,
		"a list in a text":   "version: 1\norganisations:\n  - name: \"O\n    people:\n" + people + "    \"\n",
		"a list in a name":   "version: 1\norganisations:\n  - name: \"O\n    people:\n" + "      - " + strings.Repeat("somebody ", 15) + "y\n" + "    x\"\n",
		"a quote over lines": "version: 1\norganisations:\n  - name: O\n    people:\n      - {id: 1, email: a@a.test, name: \"A\n" + people + "\"}\n",
		"two documents":      "version: 1\n---\nversion: 1\n",
		"an unknown key":     "version: 1\norganisations:\n  - nmae:\n    people:\n" + people,
		"a whitelabel":       "version: 1\norganisations:\n  - name: O\n    whitelabel:\n      people:\n" + people,
		"the stand-in":       "version: 1\norganisations:\n  - name: O\n    people:\n      - doorward-cut-list-0\n" + people,
	} {
		if _, ok := directory.ReadInPieces([]byte(text), 100); ok {
			t.Errorf("%s was read in pieces:\n%s", name, text)
		}
	}
}

func FuzzPiecesNeverReadAnythingElse(f *testing.F) {
	archive, err := txtar.ParseFile(problemsFile)
	if err != nil || len(archive.Files) == 0 {
		f.Fatalf("no directories to begin with: %v", err)
	}
	for _, file := range archive.Files {
		f.Add(file.Data, 50)
	}
	f.Add(demo.Directory, 100)
	f.Add([]byte(testenv.LargeDirectory(20, 3, 3)), 100)
	f.Fuzz(func(t *testing.T, text []byte, from int) {
		got, ok := directory.ReadInPieces(text, max(from, 1))
		if !ok {
			return
		}
		whole, err := directory.Read("d.yaml", text)
		if err != nil {
			t.Fatalf("only whole: %v\n%s", err, text)
		}
		if diff := gocmp.Diff(whole, got, netipOption); diff != "" {
			t.Fatalf("%s\n%s", diff, text)
		}
	})
}
