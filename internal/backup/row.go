package backup

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/authority"
)

// rowReader turns lines into rows, with the same memory for all of them.
type rowReader struct {
	decoder *jsontext.Decoder
	from    *bytes.Reader
	values  []any
}

func newRowReader() *rowReader {
	from := bytes.NewReader(nil)
	return &rowReader{decoder: jsontext.NewDecoder(from), from: from}
}

// read returns the row that a line is, valid until the next.
func (r *rowReader) read(line []byte, columns []authority.Column) ([]any, error) {
	r.from.Reset(line)
	r.decoder.Reset(r.from)
	r.values = r.values[:0]
	if _, err := r.decoder.ReadToken(); err != nil { // it is [: the caller has looked
		return nil, err
	}
	for _, column := range columns {
		value, err := r.value(column.Kind)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", column.Name, err)
		}
		r.values = append(r.values, value)
	}
	if end, err := r.decoder.ReadToken(); err != nil || end.Kind() != ']' {
		return nil, errors.New("a row has more values than its table has columns")
	}
	return r.values, nil
}

func (r *rowReader) value(kind authority.ColumnKind) (any, error) {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch {
	case token.Kind() == 'n':
		return nil, nil
	case token.Kind() == '0' && kind == authority.IntegerColumn:
		return strconv.ParseInt(token.String(), 10, 64)
	case token.Kind() == '"' && kind == authority.TextColumn:
		return token.String(), nil
	case token.Kind() == '"' && kind == authority.BytesColumn:
		return base64.StdEncoding.DecodeString(token.String())
	}
	return nil, fmt.Errorf("a value is not of kind %s", kind)
}
