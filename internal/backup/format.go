package backup

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/authority"
)

const (
	format      = "doorward-backup"
	version     = 1
	sealPurpose = "backup"
	longestLine = 64 << 20 // a row's longest text is bounded far below by what the surfaces take in
)

// Header says what a backup is of.
type Header struct {
	Format  string    `json:"format"`  // "doorward-backup"
	Version int       `json:"version"` // of the format
	Schema  int64     `json:"schema"`  // version of the tables
	MadeAt  time.Time `json:"made_at"` // by the store's clock, before the first row was read
	Program string    `json:"program"` // version of the program that made it
	Engine  string    `json:"engine"`  // that it was made of
	Keys    string    `json:"keys"`    // proof of the keys that belong to it
}

// tableLine begins a table.
type tableLine struct {
	Table   string                 `json:"table"`
	Columns []string               `json:"columns"`
	Kinds   []authority.ColumnKind `json:"kinds"`
}

// lastLine ends a backup.
type lastLine struct {
	Rows map[string]int64 `json:"rows"`
	Seal string           `json:"seal"`
}

func lineOf(value any) ([]byte, error) {
	line, err := json.Marshal(value, json.Deterministic(true), json.FormatNilMapAsNull(false))
	return append(line, '\n'), err
}

func tableLineOf(t authority.Table) tableLine {
	line := tableLine{Table: t.Name}
	for _, c := range t.Columns {
		line.Columns, line.Kinds = append(line.Columns, c.Name), append(line.Kinds, c.Kind)
	}
	return line
}

func (l tableLine) table() (authority.Table, error) {
	t := authority.Table{Name: l.Table}
	if l.Table == "" || len(l.Columns) == 0 || len(l.Columns) != len(l.Kinds) {
		return t, fmt.Errorf("a table begins without a name, columns or their kinds")
	}
	for i, name := range l.Columns {
		t.Columns = append(t.Columns, authority.Column{Name: name, Kind: l.Kinds[i]})
	}
	return t, nil
}

// appendRow writes a row as a line.
func appendRow(line []byte, row []any) ([]byte, error) {
	line = append(line, '[')
	for i, value := range row {
		if i > 0 {
			line = append(line, ',')
		}
		var err error
		switch v := value.(type) {
		case nil:
			line = append(line, "null"...)
		case int64:
			line = strconv.AppendInt(line, v, 10)
		case string:
			line, err = jsontext.AppendQuote(line, v)
		case []byte:
			line = append(base64.StdEncoding.AppendEncode(append(line, '"'), v), '"')
		default:
			err = fmt.Errorf("a stored value is of type %T", v)
		}
		if err != nil {
			return nil, err
		}
	}
	return append(line, "]\n"...), nil
}
