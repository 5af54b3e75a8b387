module github.com/ayafileio/ayafileio/core

go 1.26.0

require (
	github.com/ebitengine/purego v0.11.3
	github.com/iceber/iouring-go v0.0.0-20230403020409-002cfd2e2a90
	golang.org/x/sys v0.49.0
)
