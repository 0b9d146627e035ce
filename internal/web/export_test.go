package web

// AppendPlain is for a test that lines about requests are of the cheap kind, which nothing else shows.
var AppendPlain = appendPlain
