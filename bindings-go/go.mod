module github.com/ayafileio/ayafileio/bindings-go

go 1.26
