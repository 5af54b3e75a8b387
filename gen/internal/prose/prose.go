// Package prose lays out the specification's texts: paragraphs wrapped at a width, for comments in any language.
package prose

import (
	"strings"
	"unicode/utf8"
)

// Paragraphs splits a text at its blank lines and joins the lines of each part.
func Paragraphs(text string) []string {
	var out []string
	for _, part := range strings.Split(strings.TrimSpace(text), "\n\n") {
		out = append(out, strings.Join(strings.Fields(part), " "))
	}
	return out
}

// Wrap breaks a text into lines of at most width characters; paragraphs are parted by an empty line.
func Wrap(text string, width int) []string {
	var out []string
	for i, p := range Paragraphs(text) {
		if i > 0 {
			out = append(out, "")
		}
		line, length := "", 0
		for _, word := range strings.Fields(p) {
			n := utf8.RuneCountInString(word)
			if length > 0 && length+1+n > width {
				out = append(out, line)
				line, length = "", 0
			}
			if length > 0 {
				line += " "
				length++
			}
			line += word
			length += n
		}
		out = append(out, line)
	}
	return out
}

// Prefix puts a prefix before every line; empty lines get it without trailing space.
func Prefix(lines []string, prefix string) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimRight(prefix+l, " "))
	}
	return b.String()
}
