package sys

import "golang.org/x/sys/windows"

// pathShort is the longest path that every call takes as it is: MAX_PATH, less the 12 characters that the system wants
// free for a file's name in the old form.
const pathShort = windows.MAX_PATH - 12

// nativePath is the NUL-terminated path as UTF-16. A long one becomes \\?\ and the absolute path: without that prefix
// the system refuses it, unless a setting of the machine and a manifest of the program both say otherwise.
func nativePath(room []uint16, path []byte) ([]uint16, Errno) {
	name, ok := appendUTF16(room, path)
	if !ok {
		return nil, windows.ERROR_INVALID_NAME
	}
	if len(name) <= pathShort || hasPrefix(name, `\\?\`) || hasPrefix(name, `\??\`) || hasPrefix(name, `\\.\`) {
		return name, 0
	}
	return longPath(name)
}

// longPath resolves the path against the current directory and takes out "." and "..", all of which a path with the
// prefix must do without.
func longPath(name []uint16) ([]uint16, Errno) {
	prefix := windows.StringToUTF16(`\\?\UNC\`)
	prefix = prefix[:len(prefix)-1]
	full := make([]uint16, len(prefix)+len(name)+windows.MAX_PATH)
	for {
		room := full[len(prefix):]
		length, err := windows.GetFullPathName(&name[0], uint32(len(room)), &room[0], nil)
		if err != nil {
			return nil, errnoOf(err)
		}
		if int(length) < len(room) {
			full = full[:len(prefix)+int(length)+1]
			break
		}
		full = make([]uint16, len(prefix)+int(length)+1) // the current directory has a long name, too
	}
	resolved := full[len(prefix):]
	if hasPrefix(resolved, `\\`) {
		// \\server\share becomes \\?\UNC\server\share: the prefix takes the place of both backslashes.
		copy(full[2:], prefix)
		return full[2:], 0
	}
	start := len(prefix) - len(`\\?\`)
	copy(full[start:], prefix[:len(`\\?\`)])
	return full[start:], 0
}

func hasPrefix(name []uint16, prefix string) bool {
	if len(name) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		char := name[i]
		if char == '/' {
			char = '\\'
		}
		if char != uint16(prefix[i]) {
			return false
		}
	}
	return true
}
