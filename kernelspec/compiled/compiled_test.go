package compiled

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func archived(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(text))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type lister interface {
	Each(f func(yes chan<- *hiddenInt))
}
type hiddenInt int

func TestPackages(t *testing.T) {
	loaded := 0
	Add("late", func() *Package { loaded++; return &Package{Path: "late", Funcs: map[string]reflect.Value{}} })
	Extend("late", map[string]any{"extra": strings.ToUpper})
	OnImport("late", func() { loaded += 10 })
	if !Has("late") || loaded != 0 {
		t.Errorf("loaded %d times before it was asked for", loaded)
	}
	for range 2 {
		if p := Lookup("late"); p == nil || p.Funcs["extra"].Call([]reflect.Value{reflect.ValueOf("a")})[0].String() != "A" {
			t.Errorf("got %+v", p)
		}
	}
	if loaded != 11 {
		t.Errorf("loaded %d", loaded)
	}
	if Lookup("nowhere") != nil || Has("nowhere") {
		t.Error("a package that is not registered is found")
	}

	Register([]Table{
		{Path: "encoding/binary", Name: "binary", Names: "Size\nLittleEndian\nByteOrder", Funcs: []any{binary.Size}, Vars: []any{&binary.LittleEndian}, Types: []any{(*binary.ByteOrder)(nil)}, Hidden: "encoding/binary\tlittleEndian\tV0\n"},
		{Path: own + "show", Name: "show", Names: "lister", Types: []any{(*lister)(nil)}, Hidden: "x/deep\thiddenInt\tT0 mEach i0 i0 e e\n"},
		{Path: "math/rand", Name: "rand", Names: ""}, {Path: "math/rand/v2", Name: "rand", Names: ""}, {Path: "crypto/rand", Name: "rand", Names: ""},
	}, archived(t, map[string]string{
		NamesEntry: "encoding/binary binary ByteOrder LittleEndian Size\naxn/kernelspec/show show Show\nmath/rand/v2 rand IntN N\nmath/rand rand Intn\ncrypto/rand rand Read\ngonum.org/v1/size size Size\nplugin\n",
		OrderEntry: "a\nmath/rand/v2\n", ExportEntry + "a": "export", SourceEntry + "math/rand/v2/rand.go": "package rand", SourceEntry + "math/rand/v2/b.go": "b", DocEntry + "axn/kernelspec/show": "doc",
	}))
	p := Lookup("encoding/binary")
	if p.Name != "binary" || p.Funcs["Size"].Type() != reflect.TypeOf(binary.Size) || p.Vars["LittleEndian"].Elem().Type() != reflect.TypeOf(binary.LittleEndian) || p.Types["ByteOrder"] != reflect.TypeFor[binary.ByteOrder]() {
		t.Errorf("got %+v", p)
	}
	for name, want := range map[string]reflect.Type{"littleEndian": reflect.TypeOf(binary.LittleEndian), "ByteOrder": reflect.TypeFor[binary.ByteOrder](), "bigEndian": nil} {
		if got := Type("encoding/binary", name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := Type("x/deep", "hiddenInt"); got != reflect.TypeFor[hiddenInt]() {
		t.Errorf("the way leads to %v", got)
	}

	if !slices.Contains(Paths(), "show") || Canonical("show") != own+"show" || Canonical("late") != "late" || Canonical("a/show") != "a/show" {
		t.Errorf("paths %v", Paths())
	}
	if b, ok := Export("a"); string(b) != "export" || !ok {
		t.Errorf("export data %q", b)
	}
	if b, ok := Doc("show"); string(b) != "doc" || !ok {
		t.Errorf("documentation %q", b)
	}
	src, _ := Source("math/rand/v2")
	if len(src) != 2 || string(src["rand.go"]) != "package rand" || !slices.Equal(Sources(), []string{"a", "math/rand/v2"}) {
		t.Errorf("source %v, %v", src, Sources())
	}
	if _, ok := Source("math/rand"); ok {
		t.Error("a source that is not there is found")
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		what string
		got  []string
		want string
	}{
		{"Size", Find("Size"), "encoding/binary gonum.org/v1/size"},
		{"Show", Find("Show"), "show"},
		{"nothing", Find("Nothing"), ""},
		{"rand", Named("rand", ""), "crypto/rand math/rand math/rand/v2"},
		{"rand.N", Named("rand", "N"), "math/rand/v2"},
		{"rand.Intn", Named("rand", "Intn"), "math/rand"},
		{"exports", Exports("show"), "Show"},
		{"near", Near("cryto/rand"), "crypto/rand math/rand"},
	} {
		if got := strings.Join(c.got, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	for path, want := range map[string]Place{"math/rand": BuiltIn, "show": BuiltIn, "plugin": Standard, "nowhere": Unknown} {
		if got := Where(path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}

func TestInstanceName(t *testing.T) {
	pkg := types.NewPackage("a/b", "b")
	named := types.NewNamed(types.NewTypeName(token.NoPos, pkg, "T", nil), types.Typ[types.Int], nil)
	k, v := types.NewTypeParam(types.NewTypeName(0, pkg, "K", nil), types.Universe.Lookup("comparable").Type()), types.NewTypeParam(types.NewTypeName(0, pkg, "V", nil), types.NewInterfaceType(nil, nil))
	generic := types.NewNamed(types.NewTypeName(0, pkg, "Map", nil), types.NewStruct(nil, nil), nil)
	generic.SetTypeParams([]*types.TypeParam{k, v})
	inst, err := types.Instantiate(nil, generic, []types.Type{types.Typ[types.String], types.NewSlice(named)}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := InstanceName("Map", inst.(*types.Named).TypeArgs()); got != "Map[string,[]a/b.T]" {
		t.Errorf("named %s", got)
	}
	if got := InstanceName("T", named.TypeArgs()); got != "T" {
		t.Errorf("named %s", got)
	}
}
