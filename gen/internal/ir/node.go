package ir

import (
	"fmt"
	"strings"
)

// Node is what only the Node binding needs.
type Node struct {
	Doc        string // of FileHandle; empty without the class
	Attributes []NodeField
	Methods    []*NodeMember // in the order of the reference page
	Functions  []*NodeMember
	Types      []NodeType
	Options    []NodeOption
}

// NodeMember is a method or a function.
type NodeMember struct {
	Name       string
	Section    string
	Doc        string
	Standard   bool   // Node has it: its type is Node's
	Also       string // a call shape beside Node's
	Signatures []string
	Params     []NodeParam
	Returns    string
	Throws     []NodeThrows
	Op         *NodeOp // for a method that is generated completely
}

// Shape is the parameter list as a heading shows it.
func (m *NodeMember) Shape() string {
	var names []string
	for _, p := range m.Params {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// Nothing tells whether the member gives nothing back.
func (m *NodeMember) Nothing() bool { return m.Returns == "Nothing." }

// NodeParam is one parameter.
type NodeParam struct{ Name, Doc string }

// NodeThrows is one error.
type NodeThrows struct{ Code, Doc string }

// NodeType is an interface.
type NodeType struct {
	Name, Doc string
	Fields    []NodeField
}

// NodeField is a property.
type NodeField struct {
	Name, Type, Doc    string
	Optional, Standard bool
}

// NodeOption is one option as a property of Config.
type NodeOption struct {
	*Option
	Type, Text string
}

// Shown is the option's default as JavaScript writes it.
func (o NodeOption) Shown() string {
	switch {
	case o.Switch && o.Default == 0:
		return "false"
	case o.Switch:
		return "true"
	}
	return fmt.Sprint(o.Default)
}

// Range is what the option may be.
func (o NodeOption) Range() string {
	if o.Switch {
		return "false or true"
	}
	return fmt.Sprintf("%d to %d %s", o.Min, o.Max, o.Unit)
}

// NodeOp says how an operation becomes a method.
type NodeOp struct {
	*Operation
	Syscall string
	Cursor  bool
	Args    []NodeArg
	Memory  string // the parameter whose bytes are handed over; empty for none
	Finish  string // the function that makes the value
}

// NodeArg is one parameter: how it is checked, and what goes into the submission for it.
type NodeArg struct {
	Name  string
	Check string // a function of arguments.cjs
	Pass  []string
}

// GeneratedMethods are those that are one operation each.
func (n *Node) GeneratedMethods() []*NodeMember {
	var out []*NodeMember
	for _, m := range n.Methods {
		if m.Op != nil {
			out = append(out, m)
		}
	}
	return out
}

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
