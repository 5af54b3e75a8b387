module github.com/ayafileio/ayafileio/capi

go 1.26
