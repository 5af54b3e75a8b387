package load

// Node is spec/node.yaml: the Node surface that is more than one operation each.
type Node struct {
	Pos
	Sections  []string     `yaml:"sections,optional"`
	Handle    *NodeHandle  `yaml:"handle,optional"`
	Functions []NodeMember `yaml:"functions,optional"`
	Types     []NodeType   `yaml:"types,optional"`
}

// NodeHandle is the class FileHandle.
type NodeHandle struct {
	Pos
	Doc        string       `yaml:"doc"`
	Attributes []NodeField  `yaml:"attributes,optional"`
	Methods    []NodeMember `yaml:"methods,optional"`
}

// NodeMember is a method or a function.
type NodeMember struct {
	Pos
	Name       string       `yaml:"name"`
	Section    string       `yaml:"section"`
	Doc        string       `yaml:"doc"`
	Standard   bool         `yaml:"standard,optional"`
	Also       string       `yaml:"also,optional"`
	Signatures []string     `yaml:"signatures,optional"`
	Params     []NodeParam  `yaml:"params,optional"`
	Returns    string       `yaml:"returns"`
	Throws     []NodeThrows `yaml:"throws,optional"`
}

// NodeParam is one parameter.
type NodeParam struct {
	Pos
	Name string `yaml:"name"`
	Doc  string `yaml:"doc"`
}

// NodeThrows is one error by its code.
type NodeThrows struct {
	Pos
	Code string `yaml:"code"`
	Doc  string `yaml:"doc"`
}

// NodeType is an interface of TypeScript.
type NodeType struct {
	Pos
	Name   string      `yaml:"name"`
	Doc    string      `yaml:"doc"`
	Fields []NodeField `yaml:"fields"`
}

// NodeField is a property.
type NodeField struct {
	Pos
	Name     string `yaml:"name"`
	Type     string `yaml:"type"`
	Optional bool   `yaml:"optional,optional"`
	Standard bool   `yaml:"standard,optional"`
	Doc      string `yaml:"doc"`
}

// NodeOperation makes an operation of api.yaml a method of FileHandle.
type NodeOperation struct {
	Pos
	Section  string `yaml:"section"`
	Syscall  string `yaml:"syscall"`
	Doc      string `yaml:"doc,optional"`
	Cursor   bool   `yaml:"cursor,optional"`
	Standard bool   `yaml:"standard,optional"`
}
