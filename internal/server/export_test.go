package server

// Dialects is every dialect that is served, for tests that must miss none.
var Dialects = dialects
