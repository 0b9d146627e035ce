package directory_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/doorward/doorward/internal/directory"
)

const problemsFile = "testdata/problems.txtar"

func TestEveryProblemIsToldWithItsLineAndRemedy(t *testing.T) {
	archive, err := txtar.ParseFile(problemsFile)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	var files []txtar.File
	for _, f := range archive.Files {
		if name, isAnswer := strings.CutSuffix(f.Name, ": problems"); isAnswer {
			answers[name] = string(f.Data)
		} else {
			files = append(files, f)
		}
	}
	if len(files) < 20 {
		t.Fatalf("%d directories in %s", len(files), problemsFile)
	}
	archive.Files = nil
	for _, f := range files {
		t.Run(f.Name, func(t *testing.T) {
			_, err := directory.Read("d.yaml", f.Data)
			if _, ok := errors.AsType[*directory.Error](err); !ok {
				t.Fatalf("the error is %v", err)
			}
			got := err.Error() + "\n"
			archive.Files = append(archive.Files, f, txtar.File{Name: f.Name + ": problems", Data: []byte(got)})
			if got != answers[f.Name] && os.Getenv("DOORWARD_UPDATE") == "" {
				t.Errorf("got\n%swant\n%s", got, answers[f.Name])
			}
			for _, clear := range []string{"hunter", "swordfish"} {
				if strings.Contains(got, clear) {
					t.Errorf("a secret is in the error:\n%s", got)
				}
			}
		})
	}
	if os.Getenv("DOORWARD_UPDATE") != "" {
		if err := os.WriteFile(problemsFile, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryProblemHasARemedy(t *testing.T) {
	archive, err := txtar.ParseFile(problemsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if !strings.HasSuffix(f.Name, ": problems") {
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(f.Data)), "\n")
		for _, line := range lines {
			if !strings.Contains(line, "; ") {
				t.Errorf("%s: no remedy: %s", f.Name, line)
			}
		}
		numbers := make([]int, len(lines))
		for i, line := range lines {
			_, _ = fmt.Sscanf(line, "d.yaml:%d:", &numbers[i])
		}
		if !slices.IsSorted(numbers) || numbers[0] < 1 {
			t.Errorf("%s: lines %v", f.Name, numbers)
		}
	}
}

func FuzzReadNeverPanics(f *testing.F) {
	archive, err := txtar.ParseFile(problemsFile)
	if err != nil || len(archive.Files) == 0 {
		f.Fatalf("no directories to begin with: %v", err)
	}
	for _, file := range archive.Files {
		f.Add(file.Data)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := directory.Read("d.yaml", text)
		if err == nil {
			return
		}
		if e, ok := errors.AsType[*directory.Error](err); !ok || len(e.Problems) == 0 {
			t.Errorf("%q gives %v", text, err)
		}
	})
}
