package pipeline

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/gen/internal/archive"
)

// However a file of the specification is damaged: no panic, and every line of the report names a file and a line.
func TestDamagedInputIsReportedWithItsPlace(t *testing.T) {
	specs := filesBelow(t, repository, "spec/*.yaml")
	schemas := filesBelow(t, repository, "spec/schema/*.json")
	place := regexp.MustCompile(`^spec/[a-z]+\.(yaml|lock):\d+: `)
	random := rand.New(rand.NewPCG(1, 2))
	rejected := 0
	for i := range specs {
		for range 10 {
			damaged := append([]archive.File(nil), specs...)
			damaged[i].Data = damage(damaged[i].Data, random)
			_, err := Run(archive.Tree(damaged, schemas))
			if err == nil {
				continue // some damage is a valid specification
			}
			rejected++
			for _, line := range strings.Split(err.Error(), "\n") {
				if !place.MatchString(line) {
					t.Errorf("%s: no place in %q", specs[i].Name, line)
				}
			}
		}
	}
	if rejected < 25 {
		t.Errorf("only %d damaged specifications were rejected", rejected)
	}
}

// damage cuts a file off, or changes a few of its bytes.
func damage(data []byte, random *rand.Rand) []byte {
	at := random.IntN(len(data))
	if random.IntN(4) == 0 {
		return data[:at]
	}
	out := append([]byte(nil), data...)
	for range 1 + random.IntN(3) {
		out[(at+random.IntN(40))%len(out)] = " \n\t:-{}[]\"'#&*!|>%@x0"[random.IntN(21)]
	}
	return out
}
