package eval

import (
	"context"
	"go/token"
	"go/types"
	"reflect"
	"sync"
	"sync/atomic"
	"weak"

	"axn/kernelspec/eval/code"
	"axn/kernelspec/eval/rtype"
)

// Session is a notebook: the names that its cells have declared. Run is called for one
// cell at a time; the other methods at any time.
type Session struct {
	fset     *token.FileSet
	program  *code.Program
	importer *importer
	running  atomic.Pointer[job]
	left     jobs                // cells that were left behind or whose goroutines run on
	held     atomic.Pointer[job] // whose goroutines ask the debugger
	asked    jobs                // what a debugger evaluates, and what CallAs calls
	dead     atomic.Pointer[PostMortem]

	mu      sync.Mutex // held while a cell is checked or names are looked up
	objects map[string]types.Object
	imports map[string]string // package path by name
	given   map[string]string // of imports, those that DeclareImport declared
	dots    []string          // paths of dot imports
	made    map[types.Object]*Name
	fixed   map[string]types.Object  // what Declare declared and cells mentioned
	pending map[string]reflect.Value // what Declare declared
	sources map[string]*source       // of cells, by name
	written map[string]writtenType   // types, by name
	show    types.Object
	stopAt  types.Object // the stop function

	originals map[string]*original // by the names that they declare, "T.M" for a method

	instances []weak.Pointer[types.Named] // of generic types of cells
	flows     []flow                      // between their type parameters, and those of generic functions

	bodiless map[types.Object]bool // functions that cells declared without a body

	context context.Context // the variable that cells see as ctx

	number      int // goes up when names may mean something else
	expressions map[expressionKey]*expression
	swapped     map[*original]func() // what takes the place back that another compilation has
}

// SelfTest compares what the evaluator assumes of Go's runtime with what it finds. It
// fails in a program that was built with another release of Go, which must not run cells.
func SelfTest() error { return rtype.Check() }

// New returns a session with nothing declared but ctx. It panics if SelfTest fails.
func New() *Session {
	if err := SelfTest(); err != nil {
		panic(err)
	}
	fset := token.NewFileSet()
	s := &Session{fset: fset, program: code.New(fset), left: jobs{m: map[*job]bool{}}, asked: jobs{m: map[*job]bool{}},
		objects: map[string]types.Object{}, imports: map[string]string{}, given: map[string]string{}, made: map[types.Object]*Name{},
		fixed: map[string]types.Object{}, pending: map[string]reflect.Value{}, sources: map[string]*source{}, written: map[string]writtenType{}, originals: map[string]*original{}, bodiless: map[types.Object]bool{}, expressions: map[expressionKey]*expression{}, swapped: map[*original]func(){}, context: context.Background()}
	s.importer = newImporter(fset, s.program)
	s.declareShow()
	s.declareStop()
	s.Declare("ctx", &s.context)
	return s
}

// Prepare reads what the first import would have to wait for, and some packages. It is
// called once, beside the first cells.
func (s *Session) Prepare(paths ...string) {
	for _, path := range append([]string{"unsafe"}, paths...) {
		s.importer.Import(path)
	}
}

// Settle builds what Prepare has read, which needs less memory then.
func (s *Session) Settle() { s.program.BuildSources() }

// declareShow declares the function that takes the values of a cell's last expression.
func (s *Session) declareShow() {
	pkg := types.NewPackage("main", "main")
	list := types.NewTuple(types.NewParam(0, pkg, "v", types.NewSlice(types.Universe.Lookup("any").Type())))
	result := types.NewTuple(types.NewParam(0, pkg, "", types.NewStruct(nil, nil)))
	f := types.NewFunc(0, pkg, showName, types.NewSignatureType(nil, nil, nil, list, result, true))
	pkg.Scope().Insert(f)
	s.program.Provide(pkg, map[string]reflect.Value{showName: reflect.ValueOf(s.take)}, nil)
	s.show = f
}

// take keeps the values of the last expression of the cell that calls it.
func (s *Session) take(values ...any) struct{} {
	if j := s.jobOfCaller(); j != nil {
		values = append([]any(nil), values...)
		j.values.Store(&values)
	}
	return struct{}{}
}
