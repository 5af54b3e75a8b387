//go:build !linux

package ayafileio

// directFlag: OpenOptions.Direct is the way here.
const directFlag = 0
