package native

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
)

const matchHeader = "If-Match"

// setVersion sets the ETag of a thing by the time of its last change, of which no two of its versions share one.
func setVersion(c *dialect.Call, updatedAt time.Time) {
	c.ResponseWriter.Header().Set("ETag", `"`+strconv.FormatInt(updatedAt.UnixMicro(), 36)+`"`)
}

// parseMatch reads If-Match (RFC 9110 §13.1.1): none or "*" matches whatever is there, otherwise strong entity tags as
// setVersion makes them. What is no tag of ours matches nothing.
func parseMatch(r *http.Request) (authority.Match, error) {
	given := strings.TrimSpace(strings.Join(r.Header.Values(matchHeader), ","))
	if len(r.Header.Values(matchHeader)) == 0 || given == "*" {
		return nil, nil
	}
	match := authority.Match{}
	for tag := range strings.SplitSeq(given, ",") {
		tag = strings.TrimSpace(tag)
		text, quoted := strings.CutPrefix(strings.TrimPrefix(tag, "W/"), `"`)
		text, closed := strings.CutSuffix(text, `"`)
		if !quoted || !closed || strings.Contains(text, `"`) {
			return nil, fault.BadParameter(matchHeader, "The header must be \"*\" or entity tags in quotes.")
		}
		// A weak tag never matches here.
		if micros, err := strconv.ParseInt(text, 36, 64); err == nil && tag[0] == '"' {
			match = append(match, time.UnixMicro(micros))
		}
	}
	return match, nil
}
