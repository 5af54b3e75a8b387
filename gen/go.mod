module github.com/ayafileio/ayafileio/gen

go 1.26
