package ir

import "strings"

// initialisms are words that Go writes in capitals.
var initialisms = map[string]string{
	"abi": "ABI", "eof": "EOF", "fd": "FD", "id": "ID", "io": "IO", "iocp": "IOCP", "ms": "MS", "sqpoll": "SQPOLL",
}

// NewNames spells a snake_case name for each language.
func NewNames(snake string) Names {
	var exported, private, camel strings.Builder
	for i, word := range strings.Split(snake, "_") {
		spelled, ok := initialisms[word]
		if !ok {
			spelled = strings.ToUpper(word[:1]) + word[1:]
		}
		exported.WriteString(spelled)
		if i == 0 {
			private.WriteString(word)
			camel.WriteString(word)
		} else {
			private.WriteString(spelled)
			camel.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return Names{Snake: snake, Upper: strings.ToUpper(snake), Go: exported.String(), Lower: private.String(), Camel: camel.String()}
}
