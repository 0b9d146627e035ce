package directory

import "strings"

// closest returns the word that text was probably meant to be, or "".
func closest(text string, words []string) string {
	if len(text) > 40 {
		return ""
	}
	text = strings.ToLower(strings.ReplaceAll(text, "-", "_"))
	best, meant := 3, ""
	for _, word := range words {
		if d := distance(text, word); d < best && d < len(word)-1 {
			best, meant = d, word
		}
	}
	return meant
}

// distance counts the letters to add, drop, change or swap between two words.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
