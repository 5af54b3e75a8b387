package sys

import "unicode/utf8"

// appendUTF16 appends the path, NUL included, as UTF-16. Lone surrogates in their three-byte form (WTF-8, what Python's
// "surrogatepass" writes) pass through, since Windows names may hold them; anything else that is not UTF-8 is refused.
func appendUTF16(out []uint16, path []byte) ([]uint16, bool) {
	for len(path) > 0 {
		char, size := utf8.DecodeRune(path)
		if char == utf8.RuneError && size <= 1 {
			if len(path) < 3 || path[0] != 0xED || path[1] < 0xA0 || path[1] > 0xBF || path[2] < 0x80 || path[2] > 0xBF {
				return out, false
			}
			char, size = 0xD000|rune(path[1]&0x3F)<<6|rune(path[2]&0x3F), 3
		}
		if char >= 0x10000 {
			char -= 0x10000
			out = append(out, uint16(0xD800+char>>10), uint16(0xDC00+char&0x3FF))
		} else {
			out = append(out, uint16(char))
		}
		path = path[size:]
	}
	return out, true
}
