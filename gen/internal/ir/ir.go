// Package ir is the resolved specification: every reference followed, every number checked, every name of every
// language spelled out, every layout computed. Emitters only print it; a decision found in an emitter is a mistake.
package ir

// Spec is the whole of it. All slices are in their final order.
type Spec struct {
	ABIVersion   int64
	Words        int64
	Memory       string
	Threads      string
	ErrorRules   string
	Stability    string
	CommonErrors []*Error
	FileErrors   []*Error

	Conformance Conformance

	Groups     []*Group
	Structs    []*Struct // plain structs first, then those that hold arguments
	Operations []*Operation
	TestOps    []*Operation // only in the test build
	Functions  []*Function
	Errors     []*Error
	Options    []*Option

	Python *Python
	Node   *Node

	GoMethods []*GoMethod
}

// Names is one word list spelled for each language.
type Names struct {
	Snake string // read_at: the specification, Python, C fields
	Upper string // READ_AT: C constants
	Go    string // ReadAt: exported Go
	Lower string // readAt: private Go
	Camel string // readAt: JavaScript, which keeps no capitals for initialisms
}

// Group is a set of named numbers.
type Group struct {
	Names  Names
	Doc    string
	Flags  bool
	GoType string // "" for plain numbers
	C      string // what its macros begin with
	Values []*Value
	Mask   int64 // all flags together
}

// Value is one number of a group.
type Value struct {
	Names  Names
	Number int64
	C      string // the macro
	Go     string // the constant
	Doc    string
}

// Scalar is what a field holds.
type Scalar uint8

// The kinds of fields.
const (
	U32 Scalar = iota
	I32
	U64
	I64
	Char
	Void
	Record // another struct
)

// Type is a scalar or a pointer to one.
type Type struct {
	Scalar  Scalar
	Record  *Struct // for Record
	Pointer bool
	Const   bool
	Spec    string // as written in the specification, for example "const void*"
	C       string // as written in C, for example "const void *"
	Size    int64
}

// Field is one field of a layout or one parameter of a function.
type Field struct {
	Names     Names
	Type      Type
	GoName    *string // a named Go type instead of the plain one
	Offset    int64
	Doc       string
	Unit      string
	Groups    []*Group // the flags it may hold
	Enum      *Group
	Reserved  bool
	Operation bool
	Error     bool
}

// FlagMask is every flag the field may hold.
func (f *Field) FlagMask() int64 {
	var m int64
	for _, g := range f.Groups {
		m |= g.Mask
	}
	return m
}

// Struct is a fixed layout.
type Struct struct {
	Names  Names
	C      string // the typedef
	Doc    string
	Fields []*Field
	Size   int64
	Args   bool // the argument union follows the fields
}

// Operation is one kind of operation.
type Operation struct {
	Names   Names
	Number  int64
	OnFile  bool
	Doc     string
	C       string // the macro
	Args    *Struct
	Result  Result
	Errors  []*Error // its own; the common ones are in Spec
	Inline  string
	PathDoc string
}

// UsedWords is how many argument words the operation uses.
func (o *Operation) UsedWords() int64 { return o.Args.Size / 8 }

// Result is what the result number of an operation means.
type Result struct {
	Kind string
	Unit string
	Doc  string
}

// Function is one exported C function.
type Function struct {
	Names     Names
	C         string
	Doc       string
	Params    []*Field
	Return    *Type
	ReturnDoc string
	Queue     *Field // the parameter that names the queue a panic poisons
	Guard     bool
}

// Error is one row of the closed table.
type Error struct {
	Name    string
	C       string
	Number  int64
	Message string
	Doc     string
	Native  map[System][]NativeCode
	Python  string
	Node    string
	Go      string
	GoValue *GoValue // nil: nothing of the standard library stands for it
}

// System is one table of native codes.
type System string

// The systems with a table of their own; Unix is every other one.
const (
	Linux   System = "linux"
	Darwin  System = "darwin"
	Unix    System = "unix"
	Windows System = "windows"
)

// Systems in their order.
var Systems = []System{Linux, Darwin, Unix, Windows}

// NativeCode is one code of one system.
type NativeCode struct {
	Name   string
	Number int64 // Windows only; elsewhere the name is the number
	From   string
}

// Option is one setting.
type Option struct {
	Names    Names
	Number   int64
	Switch   bool
	Default  int64
	Min, Max int64
	Unit     string
	Platform string
	Applies  string
	Doc      string
}
