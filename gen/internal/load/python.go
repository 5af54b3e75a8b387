package load

// Python is spec/python.yaml: the Python surface that is more than one operation each.
type Python struct {
	Pos
	Sections    []string         `yaml:"sections,optional"`
	File        *PythonFile      `yaml:"file,optional"`
	Functions   []PythonCallable `yaml:"functions,optional"`
	BackendInfo []PythonValue    `yaml:"backend_info,optional"`
}

// PythonFile is the class AsyncFile.
type PythonFile struct {
	Pos
	Doc        string           `yaml:"doc"`
	ParamsOf   string           `yaml:"params_of"`
	Attributes []PythonValue    `yaml:"attributes,optional"`
	Methods    []PythonCallable `yaml:"methods,optional"`
}

// PythonValue is an attribute or a key of a dict.
type PythonValue struct {
	Pos
	Name string `yaml:"name"`
	Type string `yaml:"type"`
	Doc  string `yaml:"doc"`
}

// PythonCallable is a method or a function.
type PythonCallable struct {
	Pos
	Name      string         `yaml:"name"`
	Section   string         `yaml:"section"`
	Function  string         `yaml:"function,optional"`
	Sync      bool           `yaml:"sync,optional"`
	Async     bool           `yaml:"async,optional"`
	Binary    bool           `yaml:"binary,optional"`
	Overloads bool           `yaml:"overloads,optional"`
	Native    bool           `yaml:"native,optional"`
	Doc       string         `yaml:"doc"`
	Params    []PythonParam  `yaml:"params,optional"`
	ParamsOf  string         `yaml:"params_of,optional"`
	Returns   PythonReturn   `yaml:"returns"`
	Raises    []PythonRaises `yaml:"raises,optional"`
}

// PythonParam is one parameter.
type PythonParam struct {
	Pos
	Name string `yaml:"name"`
	Type string `yaml:"type"`
	// TextType is the type on a text file, where that differs.
	TextType string `yaml:"text_type,optional"`
	Default  string `yaml:"default,optional"`
	// Mode marks the parameter whose literal decides between binary and text.
	Mode bool `yaml:"mode,optional"`
	// Text marks a parameter that only text files take.
	Text    bool   `yaml:"text,optional"`
	Keyword bool   `yaml:"keyword,optional"`
	Doc     string `yaml:"doc"`
}

// PythonReturn is what a callable gives back.
type PythonReturn struct {
	Pos
	Type string `yaml:"type"`
	Doc  string `yaml:"doc"`
}

// PythonRaises is one exception of a callable.
type PythonRaises struct {
	Pos
	Exception string `yaml:"exception"`
	Doc       string `yaml:"doc"`
}

// PythonOperation makes an operation of api.yaml a method of AsyncFile.
type PythonOperation struct {
	Pos
	Section string `yaml:"section"`
	Doc     string `yaml:"doc,optional"`
	Cursor  bool   `yaml:"cursor,optional"`
	Binary  bool   `yaml:"binary,optional"`
}
