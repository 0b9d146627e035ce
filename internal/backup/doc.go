// Package backup is the file that a backup of a store is: it writes the
// contents of a store into one, and reads them out of one, after it has proved
// that not a byte has changed.
//
// The file is gzip of JSON, one value a line: a [Header]; then for each table
// {"table": name, "columns": [names], "kinds": ["integer"|"text"|"bytes"]} and
// its rows, each an array with a number, string, base64 string or null for
// each column; and last {"rows": {table: count}, "seal": hex}. The seal is the
// HMAC-SHA-256 of every byte before that line under the installation's sealing
// key: a checksum that anybody could compute would let who can reach the file
// give an administrator another password.
//
// The format is of no engine, so that a backup of one restores into another.
// The package never touches a store, and a file holds fingerprints and hashes
// only, never a secret.
package backup
