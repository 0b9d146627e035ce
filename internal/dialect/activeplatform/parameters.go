package activeplatform

import (
	"math"
	"strconv"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// parseID reads the number of a reseller, an account, a manager or a page in its one spelling.
func parseID(parameter, text string) (int64, error) {
	return parsePositive(parameter, text, math.MaxInt64)
}

// parsePositive reads a number from 1 to most in its one spelling.
func parsePositive(parameter, text string, most int64) (int64, error) {
	n, ok := web.ParseNumber(text)
	if ok && n > most {
		return 0, fault.BadParameter(parameter, "It must be at most "+strconv.FormatInt(most, 10)+".")
	}
	if !ok || n == 0 {
		return 0, fault.BadParameter(parameter, "It must be a positive decimal integer without sign or leading zero.")
	}
	return n, nil
}
