module github.com/ayafileio/ayafileio/core

go 1.26
