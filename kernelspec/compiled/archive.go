package compiled

import (
	"archive/zip"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"
)

// Names of the entries of an archive.
const (
	ExportEntry = "export/" // and a package path: export data
	SourceEntry = "source/" // and a package path and a file name: Go source
	NamesEntry  = "names"   // what packages export, see names
)

// archive is what the builder carries beside the tables.
var archive struct {
	mu      sync.Mutex
	data    string
	files   map[string]*zip.File
	sources map[string][]*zip.File // by package path
}

// SetArchive sets the archive, a zip file. It is read as it is asked for.
func SetArchive(data string) {
	archive.mu.Lock()
	defer archive.mu.Unlock()
	archive.data, archive.files, archive.sources = data, nil, nil
	names.reset()
}

// Export returns the export data of a package, as gcexportdata.Read takes it. There is
// some for every package that the registered ones depend on.
func Export(path string) ([]byte, bool) {
	f := file(ExportEntry + path)
	if f == nil {
		return nil, false
	}
	return content(f), true
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
	if f := file(OrderEntry); f != nil {
		order = strings.Fields(string(content(f)))
	}
	return order
}

// OrderEntry is the entry with the paths of the packages that have a source.
const OrderEntry = "order"

func file(name string) *zip.File {
	archive.mu.Lock()
	defer archive.mu.Unlock()
	open()
	return archive.files[name]
}

func sources() map[string][]*zip.File {
	archive.mu.Lock()
	defer archive.mu.Unlock()
	open()
	return archive.sources
}

// open reads the directory of the archive. The caller holds the lock.
func open() {
	if archive.files != nil {
		return
	}
	archive.files, archive.sources = map[string]*zip.File{}, map[string][]*zip.File{}
	if archive.data == "" {
		return
	}
	z, err := zip.NewReader(strings.NewReader(archive.data), int64(len(archive.data)))
	if err != nil {
		panic(fmt.Sprintf("compiled: archive: %v", err)) // the builder wrote it
	}
	for _, f := range z.File {
		archive.files[f.Name] = f
		if name, ok := strings.CutPrefix(f.Name, SourceEntry); ok {
			dir := path.Dir(name)
			archive.sources[dir] = append(archive.sources[dir], f)
		}
	}
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
