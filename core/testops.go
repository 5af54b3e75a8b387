//go:build ayatest

package core

// opTestPanic panics, so that a test can see what a defect inside the library does to its host.
func opTestPanic(_ *Queue, _ *TestPanicArgs, _ *Submission, _ *Completion) Status {
	panic("the test operation panicked, as it was asked to")
}
