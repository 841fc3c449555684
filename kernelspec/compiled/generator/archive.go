package generator

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"axn/kernelspec/compiled"
	"axn/kernelspec/godoc"
)

// archive writes the archive of a group, which package compiled reads.
func (s *Set) archive(w io.Writer, g *Group, src *sources) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	add := func(name string, b []byte) error {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write(b)
		}
		return err
	}
	names, err := s.names(g)
	if err == nil {
		err = add(compiled.NamesEntry, names)
	}
	if err == nil {
		err = add(compiled.OrderEntry, []byte(strings.Join(src.order, "\n")+"\n"))
	}
	for _, path := range s.exported(g, src) {
		var b []byte
		if err == nil {
			b, err = s.export(path)
		}
		if err == nil {
			err = add(compiled.ExportEntry+path, b)
		}
	}
	for _, path := range src.order {
		for _, name := range sortedKeys(src.files[path]) {
			if err == nil {
				err = add(compiled.SourceEntry+path+"/"+name, src.files[path][name])
			}
		}
	}
	docs, docsErr := s.docs(g)
	for _, path := range sortedKeys(docs) {
		if err == nil {
			err = add(compiled.DocEntry+path, docs[path])
		}
	}
	if err = errors.Join(err, docsErr); err != nil {
		return err
	}
	return z.Close()
}

// docs returns the declarations and comments of the packages of a group, as package godoc
// encodes them.
func (s *Set) docs(g *Group) (map[string][]byte, error) {
	docs := map[string][]byte{}
	add := func(path string, files []string) error {
		entries, err := godoc.Extract(path, files)
		if err == nil {
			docs[path], err = godoc.Encode(entries)
		}
		return err
	}
	for _, p := range g.Packages {
		var files []string
		for _, name := range append(slices.Clone(p.GoFiles), p.CgoFiles...) {
			files = append(files, s.file(p, name))
		}
		if err := add(p.ImportPath, files); err != nil {
			return nil, fmt.Errorf("documentation of %s: %w", p.ImportPath, err)
		}
	}
	if p := s.byPath["errors"]; p != nil && p.Standard && g.Name == "standard" {
		return docs, add("builtin", []string{filepath.Join(filepath.Dir(p.Dir), "builtin", "builtin.go")})
	}
	return docs, nil
}

// exported returns the packages whose export data a group carries: its own and those that
// its sources import. Export data tells also of all types of other packages that are come
// to.
func (s *Set) exported(g *Group, src *sources) []string {
	wanted := map[string]bool{}
	for _, p := range g.Packages {
		wanted[p.ImportPath] = true
	}
	for _, files := range src.files {
		for _, b := range files {
			f, err := parser.ParseFile(token.NewFileSet(), "", b, parser.ImportsOnly)
			if err != nil {
				continue // write printed it
			}
			for _, spec := range f.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				if p := s.byPath[path]; p != nil && !p.importable() && p.Export != "" {
					wanted[path] = true
				}
			}
		}
	}
	return sortedKeys(wanted)
}

// names is the index of what packages export, as package compiled reads it.
func (s *Set) names(g *Group) ([]byte, error) {
	var b bytes.Buffer
	if g.Name == "standard" {
		for path := range left {
			b.WriteString(path + "\n")
		}
	}
	for _, p := range g.Packages {
		pkg, err := s.Import(p.ImportPath)
		if err != nil {
			return nil, err
		}
		b.WriteString(p.ImportPath + " " + pkg.Name())
		for _, name := range pkg.Scope().Names() {
			if pkg.Scope().Lookup(name).Exported() {
				b.WriteString(" " + name)
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}
