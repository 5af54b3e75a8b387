module github.com/ayafileio/ayafileio/capi

go 1.26.0

require github.com/ayafileio/ayafileio/core v0.0.0

require golang.org/x/sys v0.49.0 // indirect

replace github.com/ayafileio/ayafileio/core => ../core
