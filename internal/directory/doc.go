// Package directory reads a directory file: the YAML text in which an
// installation's tenants, people, credentials and audiences are written down.
//
// Read checks the whole text, resolves every reference in it and returns what
// the authority applies. Its error lists all problems with file and line, what
// is wrong and what to do about it. docs/directory.md is the reference of all keys.
//
// The package never touches a store, and no error of it repeats the value of a
// secret, nor the text of a line that could not be understood.
package directory
