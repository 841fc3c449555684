package compiled

import (
	"archive/zip"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
)

// Names of the entries of an archive.
const (
	ExportEntry = "export/" // and a package path: export data
	SourceEntry = "source/" // and a package path and a file name: Go source
	DocEntry    = "doc/"    // and a package path: declarations and comments, as godoc encodes them
	NamesEntry  = "names"   // what packages export, see names
)

// archives is what the builder carries beside the tables.
var archives struct {
	mu      sync.Mutex
	zips    []string // not read yet
	files   map[string][]*zip.File
	sources map[string][]*zip.File // by package path
}

func addArchive(data string) {
	archives.mu.Lock()
	defer archives.mu.Unlock()
	archives.zips = append(archives.zips, data)
}

// Export returns the export data of a package, as gcexportdata.Read takes it. There is
// some for every registered package, and for what those with a Source import.
func Export(path string) ([]byte, bool) {
	return first(ExportEntry + path)
}

// Doc returns the declarations and comments of a registered package, and of builtin, in
// the form that package godoc reads.
func Doc(path string) ([]byte, bool) { return first(DocEntry + Canonical(path)) }

func first(name string) ([]byte, bool) {
	found := entriesNamed(name)
	if len(found) == 0 {
		return nil, false
	}
	return content(found[0]), true
}

// Source returns the source of a package, by file name, if it has generic functions or
// types that a cell can use. Of other functions it has no more than the declaration: the
// compiled ones stand for them.
func Source(path string) (map[string][]byte, bool) {
	files := sources()[path]
	if files == nil {
		return nil, false
	}
	found := make(map[string][]byte, len(files))
	for _, f := range files {
		found[f.Name[strings.LastIndexByte(f.Name, '/')+1:]] = content(f)
	}
	return found, true
}

// Sources returns the paths of the packages that have a Source, in an order in which
// each comes after those that it imports.
func Sources() []string {
	var order []string
	for _, f := range entriesNamed(OrderEntry) {
		for _, path := range strings.Fields(string(content(f))) {
			if !slices.Contains(order, path) {
				order = append(order, path)
			}
		}
	}
	return order
}

// OrderEntry is the entry with the paths of the packages that have a source.
const OrderEntry = "order"

func entriesNamed(name string) []*zip.File {
	archives.mu.Lock()
	defer archives.mu.Unlock()
	open()
	return archives.files[name]
}

func sources() map[string][]*zip.File {
	archives.mu.Lock()
	defer archives.mu.Unlock()
	open()
	return archives.sources
}

// open reads the directories of the archives. The caller holds the lock.
func open() {
	if archives.files == nil {
		archives.files, archives.sources = map[string][]*zip.File{}, map[string][]*zip.File{}
	}
	for _, data := range archives.zips {
		z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
		if err != nil {
			panic(fmt.Sprintf("compiled: archive: %v", err)) // the builder wrote it
		}
		for _, f := range z.File {
			archives.files[f.Name] = append(archives.files[f.Name], f)
			if name, ok := strings.CutPrefix(f.Name, SourceEntry); ok {
				dir := path.Dir(name)
				archives.sources[dir] = append(archives.sources[dir], f)
			}
		}
	}
	archives.zips = nil
}

func content(f *zip.File) []byte {
	r, err := f.Open()
	if err == nil {
		defer r.Close()
		var b []byte
		if b, err = io.ReadAll(r); err == nil {
			return b
		}
	}
	panic(fmt.Sprintf("compiled: archive: %s: %v", f.Name, err))
}
