module github.com/ayafileio/ayafileio/ci

go 1.26
