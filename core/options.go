package core

import "sync/atomic"

// optionValues holds the current values. Each is read where it applies (spec/options.yaml says when); there is no lock
// because options are independent of each other.
var optionValues [len(optionTable)]atomic.Int64

func init() { ConfigureReset() }

func option(index optionIndex) int64 { return optionValues[index].Load() }

func findOption(name string) (optionIndex, bool) {
	for i := range optionTable {
		if optionTable[i].Name == name {
			return optionIndex(i), true
		}
	}
	return 0, false
}

// Configure sets one option. ENOENT: no such option; ERANGE: outside its range.
func Configure(name string, value int64) Error {
	index, ok := findOption(name)
	if !ok {
		return ENOENT
	}
	if value < optionTable[index].Min || value > optionTable[index].Max {
		return ERANGE
	}
	optionValues[index].Store(value)
	applyOption(index)
	return EOK
}

// Option returns the current value of an option. ENOENT: no such option.
func Option(name string) (int64, Error) {
	index, ok := findOption(name)
	if !ok {
		return 0, ENOENT
	}
	return option(index), EOK
}

// ConfigureReset sets every option to its default.
func ConfigureReset() {
	for i := range optionTable {
		optionValues[i].Store(optionTable[i].Default)
		applyOption(optionIndex(i))
	}
}
