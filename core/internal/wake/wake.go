// Package wake is one latch that any thread can set and one thread can wait for: by Wait, or by watching a descriptor
// where the system has a cheap one (eventfd on Linux, a pipe on other unix; none on Windows).
package wake

import "time"

// Forever as a timeout waits without a limit; so does any negative one.
const Forever time.Duration = -1
