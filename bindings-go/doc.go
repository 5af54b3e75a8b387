// Package ayafileio is the place of the Go binding: idiomatic Go over the core, which it imports as a package. It is
// under construction and offers nothing yet.
package ayafileio
