package ir

// ArgsLane is where an operation's arguments begin in a submission, counted in 32-bit lanes.
func (s *Spec) ArgsLane() int64 {
	for _, t := range s.Structs {
		if t.Args {
			return t.ArgsOffset(s.Words) / 4
		}
	}
	return 0
}

// Record finds a struct by its name; nil without one.
func (s *Spec) Record(name string) *Struct {
	for _, t := range s.Structs {
		if t.Names.Snake == name {
			return t
		}
	}
	return nil
}
