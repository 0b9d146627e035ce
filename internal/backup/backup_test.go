package backup_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/backup"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

var keys = secret.KeysFrom([32]byte{1}, [32]byte{2})

// table is one of some contents, in memory.
type table struct {
	authority.Table
	rows [][]any
}

var sample = []table{
	{authority.Table{Name: "empty", Columns: []authority.Column{{Name: "id", Kind: authority.TextColumn}}}, nil},
	{
		authority.Table{Name: "things", Columns: []authority.Column{
			{Name: "id", Kind: authority.BytesColumn}, {Name: "name", Kind: authority.TextColumn}, {Name: "at", Kind: authority.IntegerColumn},
		}},
		[][]any{
			{[]byte{0, 255}, "line\nbreak \"quoted\" ✓ \u2028 <b>", int64(1)<<62 + 1},
			{[]byte{}, "", int64(-1)},
			{nil, nil, nil},
		},
	},
}

// contents gives tables out.
type contents struct {
	tables []table
	rows   [][]any
}

func (c *contents) Begin(context.Context) error { return nil }
func (c *contents) Schema() int64               { return 7 }
func (c *contents) Close() error                { return nil }

func (c *contents) NextTable(context.Context) (authority.Table, error) {
	if len(c.tables) == 0 {
		return authority.Table{}, io.EOF
	}
	t := c.tables[0]
	c.tables, c.rows = c.tables[1:], t.rows
	return t.Table, nil
}

func (c *contents) NextRow(context.Context) ([]any, error) {
	if len(c.rows) == 0 {
		return nil, io.EOF
	}
	row := c.rows[0]
	c.rows = c.rows[1:]
	return row, nil
}

func write(t testing.TB, by *secret.Keys, tables []table) []byte {
	t.Helper()
	var file bytes.Buffer
	h := backup.Header{MadeAt: time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC), Program: "v1.2.3", Engine: "sqlite"}
	if _, err := backup.Write(t.Context(), &file, backup.Source{Header: h, Contents: &contents{tables: tables}, Keys: by}, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func read(ctx context.Context, file []byte) (tables []table, err error) {
	f, err := backup.Open(bytes.NewReader(file), keys, nil)
	if err != nil {
		return nil, err
	}
	for {
		head, err := f.NextTable(ctx)
		if errors.Is(err, io.EOF) {
			return tables, nil
		}
		if err != nil {
			return nil, err
		}
		got := table{Table: head}
		for {
			row, err := f.NextRow(ctx)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, err
			}
			got.rows = append(got.rows, slices.Clone(row))
		}
		tables = append(tables, got)
	}
}

func verify(t testing.TB, file []byte) error {
	t.Helper()
	f, err := backup.Open(bytes.NewReader(file), keys, nil)
	if err != nil {
		return err
	}
	return f.Verify(t.Context())
}

func TestWhatIsReadIsWhatWasWritten(t *testing.T) {
	file := write(t, keys, sample)
	got, err := read(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample, got, cmp.AllowUnexported(table{})); diff != "" {
		t.Error(diff)
	}
	f, err := backup.Open(bytes.NewReader(file), keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := backup.Header{
		Format: "doorward-backup", Version: 1, Schema: 7, MadeAt: time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC),
		Program: "v1.2.3", Engine: "sqlite", Keys: keys.Check(),
	}
	if f.Header() != want {
		t.Errorf("the header is %+v", f.Header())
	}
}

// wantUnmet demands the refusal of a file.
func wantUnmet(t testing.TB, err error, reasons ...string) {
	t.Helper()
	if fault.KindOf(err) != fault.Unmet || !slices.Contains(reasons, fault.ReasonOf(err)) {
		t.Errorf("got %v; want one of %v", err, reasons)
	}
}

func TestAFileWithAnyBitFlippedIsRefusedOrHoldsTheSame(t *testing.T) {
	file := write(t, keys, sample)
	harmless := 0
	for i := range file {
		for bit := range 8 {
			file[i] ^= 1 << bit
			if got, err := read(t.Context(), file); err != nil {
				if fault.KindOf(err) != fault.Unmet {
					t.Errorf("bit %d of byte %d: %v", bit, i, err)
				}
			} else if harmless++; cmp.Diff(sample, got, cmp.AllowUnexported(table{})) != "" {
				t.Errorf("bit %d of byte %d changes what is read", bit, i)
			}
			file[i] ^= 1 << bit
		}
	}
	// Time, system and level of compression in gzip's own header, and what fills its last byte.
	if harmless > 8*6+8 {
		t.Errorf("%d flipped bits are not noticed", harmless)
	}
}

func TestATruncatedFileIsRefused(t *testing.T) {
	file := write(t, keys, sample)
	for i := range file {
		wantUnmet(t, verify(t, file[:i]), "not-a-backup", "backup-damaged")
	}
}

func TestAnExtendedFileIsRefused(t *testing.T) {
	file := write(t, keys, sample)
	for name, more := range map[string][]byte{
		"a byte": {0}, "a line": []byte("\n"), "itself": file, "nothing compressed": gzipped(t, ""), "a row compressed": gzipped(t, "[1]\n"),
	} {
		t.Log(name)
		wantUnmet(t, verify(t, slices.Concat(file, more)), "backup-damaged")
	}
	text := gunzipped(t, file)
	for _, more := range []string{" ", "\n", "x", "[]\n", text} {
		wantUnmet(t, verify(t, gzipped(t, text+more)), "backup-damaged")
	}
	if err := verify(t, gzipped(t, text)); err != nil {
		t.Errorf("the same compressed again: %v", err)
	}
}

func TestAFileWhoseTextWasEditedIsRefused(t *testing.T) {
	lines := strings.SplitAfter(gunzipped(t, write(t, keys, sample)), "\n")
	for i := range lines[:len(lines)-1] {
		for name, edited := range map[string][]string{
			"without it": slices.Delete(slices.Clone(lines), i, i+1),
			"twice":      slices.Insert(slices.Clone(lines), i, lines[i]),
			"a space":    replaced(lines, i, strings.Replace(lines[i], ",", ", ", 1)),
			"a digit":    replaced(lines, i, strings.NewReplacer("1", "2", "0", "1", `""`, `"A"`, "null", "0", "3", "4").Replace(lines[i])),
			"nonsense":   replaced(lines, i, "{}\n"),
			"a bomb":     replaced(lines, i, strings.Repeat("[", 100_000)+"\n"),
		} {
			if text := strings.Join(edited, ""); text != strings.Join(lines, "") {
				err := verify(t, gzipped(t, text))
				if err == nil || fault.KindOf(err) != fault.Unmet {
					t.Errorf("line %d, %s: %v", i+1, name, err)
				}
			}
		}
	}
}

func replaced(lines []string, i int, line string) []string {
	lines = slices.Clone(lines)
	lines[i] = line
	return lines
}

func TestAFileOfOtherKeysOrOfOtherSealingIsRefused(t *testing.T) {
	wantUnmet(t, verify(t, write(t, secret.KeysFrom([32]byte{1}, [32]byte{3}), sample)), "wrong-sealing-key")
	wantUnmet(t, verify(t, write(t, secret.KeysFrom([32]byte{3}, [32]byte{2}), sample)), "wrong-pepper")
	// Somebody without the sealing key makes a file that claims to be of these keys.
	forged := strings.Replace(gunzipped(t, write(t, secret.KeysFrom([32]byte{1}, [32]byte{3}), sample)),
		secret.KeysFrom([32]byte{1}, [32]byte{3}).Check(), keys.Check(), 1)
	wantUnmet(t, verify(t, gzipped(t, forged)), "backup-damaged")
}

func TestAFileOfANewerFormatSaysWhichProgramMadeIt(t *testing.T) {
	newer := strings.Replace(gunzipped(t, write(t, keys, sample)), `"version":1`, `"version":2`, 1)
	err := verify(t, gzipped(t, newer))
	wantUnmet(t, err, "backup-newer")
	if !strings.Contains(err.Error(), "v1.2.3") {
		t.Error(err)
	}
}

func TestAFileAppearsWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.backup")
	broken := errors.New("the disk is full")
	err := backup.Create(path, false, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half"); err != nil {
			return err
		}
		wantFiles(t, dir, 1) // the partial one
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	wantFiles(t, dir, 0)
	text := func(text string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
	}
	if err := backup.Create(path, false, text("first")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := backup.Create(path, false, text("second")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("over a file that is there: %v", err)
	}
	wantText(t, path, "first")
	// One that comes while it is written is kept too.
	other := filepath.Join(dir, "b.backup")
	err = backup.Create(other, false, func(io.Writer) error { return os.WriteFile(other, []byte("theirs"), 0o600) })
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("over a file that came meanwhile: %v", err)
	}
	wantText(t, other, "theirs")
	if err := backup.Create(path, true, text("second")); err != nil {
		t.Fatal(err)
	}
	wantText(t, path, "second")
	wantFiles(t, dir, 2)
}

func wantFiles(t *testing.T, dir string, want int) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != want {
		t.Errorf("%d files, %v", len(entries), err)
	}
}

func wantText(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s has %q, %v", path, got, err)
	}
}

// FuzzRead reads what is no backup, or no longer one: it never panics, and never says that it is one.
func FuzzRead(f *testing.F) {
	text := gunzipped(f, write(f, keys, sample))
	f.Add(text)
	for _, line := range strings.SplitAfter(text, "\n") {
		f.Add(strings.Replace(text, line, "", 1))
	}
	f.Fuzz(func(t *testing.T, changed string) {
		err := verify(t, gzipped(t, changed))
		if changed == text && err != nil || changed != text && fault.KindOf(err) != fault.Unmet {
			t.Errorf("%q: %v", changed, err)
		}
	})
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := gzip.NewWriter(&file)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func gunzipped(t testing.TB, file []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
