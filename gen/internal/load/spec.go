package load

// API is spec/api.yaml.
type API struct {
	ABI        ABI         `yaml:"abi"`
	Constants  []Constants `yaml:"constants,optional"`
	Structs    []Struct    `yaml:"structs,optional"`
	Operations []Operation `yaml:"operations,optional"`
}

// ABI holds what is true of the whole interface; its texts are the front page of the header.
type ABI struct {
	Pos
	Version      int64    `yaml:"version"`
	Words        int64    `yaml:"words"`
	Memory       string   `yaml:"memory"`
	Threads      string   `yaml:"threads"`
	Errors       string   `yaml:"errors"`
	Stability    string   `yaml:"stability"`
	CommonErrors []string `yaml:"common_errors,optional"`
	FileErrors   []string `yaml:"file_errors,optional"`
}

// Constants is a group of named numbers: flags or an enumeration.
type Constants struct {
	Pos
	Name    string  `yaml:"name"`
	Doc     string  `yaml:"doc"`
	Flags   bool    `yaml:"flags,optional"`
	GoType  string  `yaml:"go_type,optional"`
	CPrefix string  `yaml:"c_prefix,optional"`
	Values  []Value `yaml:"values"`
}

// Value is one named number.
type Value struct {
	Pos
	Name  string `yaml:"name"`
	Value int64  `yaml:"value"`
	Doc   string `yaml:"doc"`
}

// Struct is a fixed layout of its own.
type Struct struct {
	Pos
	Name   string  `yaml:"name"`
	Size   int64   `yaml:"size"`
	Doc    string  `yaml:"doc"`
	Args   bool    `yaml:"args,optional"`
	Fields []Field `yaml:"fields"`
}

// Field is a struct's field, an operation's argument or a function's parameter.
type Field struct {
	Pos
	Name      string   `yaml:"name"`
	Type      string   `yaml:"type"`
	Doc       string   `yaml:"doc,optional"`
	Unit      string   `yaml:"unit,optional"`
	Flags     []string `yaml:"flags,optional"`
	Enum      string   `yaml:"enum,optional"`
	Reserved  bool     `yaml:"reserved,optional"`
	Operation bool     `yaml:"operation,optional"`
	Error     bool     `yaml:"error,optional"`
}

// Operation is one kind of operation.
type Operation struct {
	Pos
	Name   string           `yaml:"name"`
	Number int64            `yaml:"number"`
	Scope  string           `yaml:"scope"`
	Build  string           `yaml:"build,optional"`
	Doc    string           `yaml:"doc"`
	Args   []Field          `yaml:"args,optional"`
	Result Result           `yaml:"result"`
	Errors []string         `yaml:"errors"`
	Path   Path             `yaml:"path"`
	Python *PythonOperation `yaml:"python,optional"`
	Node   *NodeOperation   `yaml:"node,optional"`
	Go     *GoOperation     `yaml:"go,optional"`
}

// GoOperation makes an operation a method of the Go binding's File.
type GoOperation struct {
	Pos
	Context bool      `yaml:"context,optional"`
	Example GoExample `yaml:"example"`
}

// GoExample is a call of the method on a file with some text, which every exported method of Go shows.
type GoExample struct {
	Pos
	Args   []string `yaml:"args,optional"`
	Output string   `yaml:"output"`
}

// Result is what an operation's result number means.
type Result struct {
	Pos
	Kind string `yaml:"kind"`
	Unit string `yaml:"unit,optional"`
	Doc  string `yaml:"doc"`
}

// Path says when an operation is done inline.
type Path struct {
	Pos
	Inline string `yaml:"inline"`
	Doc    string `yaml:"doc"`
}

// Functions is spec/functions.yaml.
type Functions struct {
	Functions []Function `yaml:"functions"`
}

// Function is one exported C function.
type Function struct {
	Pos
	Name   string  `yaml:"name"`
	Order  int64   `yaml:"order"`
	Doc    string  `yaml:"doc"`
	Queue  string  `yaml:"queue,optional"`
	Guard  *bool   `yaml:"guard,optional"`
	Params []Field `yaml:"params,optional"`
	Result *Return `yaml:"result,optional"`
}

// Return is what a function returns.
type Return struct {
	Pos
	Type string `yaml:"type"`
	Doc  string `yaml:"doc"`
}

// Errors is spec/errors.yaml.
type Errors struct {
	Errors []Error `yaml:"errors"`
}

// Error is one error of the closed table.
type Error struct {
	Pos
	Name    string  `yaml:"name"`
	Number  int64   `yaml:"number"`
	Message string  `yaml:"message"`
	Doc     string  `yaml:"doc"`
	Native  *Native `yaml:"native,optional"`
	Raises  Raises  `yaml:"raises"`
}

// Native lists the codes of each system that become an error.
type Native struct {
	Pos
	Posix   []NativeCode `yaml:"posix,optional"`
	Linux   []NativeCode `yaml:"linux,optional"`
	Darwin  []NativeCode `yaml:"darwin,optional"`
	Unix    []NativeCode `yaml:"unix,optional"`
	Windows []NativeCode `yaml:"windows,optional"`
}

// NativeCode is one code of one system and the call that answers it.
type NativeCode struct {
	Pos
	Code   string `yaml:"code"`
	Number *int64 `yaml:"number,optional"`
	From   string `yaml:"from"`
}

// Raises says what each language makes of an error.
type Raises struct {
	Pos
	Python string `yaml:"python"`
	Node   string `yaml:"node"`
	Go     string `yaml:"go,optional"`
}

// Options is spec/options.yaml.
type Options struct {
	Options []Option `yaml:"options"`
}

// Option is one setting of `configure`.
type Option struct {
	Pos
	Name     string `yaml:"name"`
	Number   int64  `yaml:"number"`
	Kind     string `yaml:"kind"`
	Default  int64  `yaml:"default"`
	Min      int64  `yaml:"min"`
	Max      int64  `yaml:"max"`
	Unit     string `yaml:"unit,optional"`
	Platform string `yaml:"platform"`
	Applies  string `yaml:"applies"`
	Doc      string `yaml:"doc"`
}

// Spec is the whole specification as written.
type Spec struct {
	API       API
	Functions Functions
	Errors    Errors
	Options   Options
	Python    Python
	Node      Node

	Conformance Conformance
}
