package generator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// Group is some of the packages that cells can import. What is written down about it is
// one package of the kernel, so that it is compiled, and made, when one of them changes.
type Group struct {
	Name     string
	Packages []*Listed
	set      *Set
}

// Groups divides the packages: those of the standard library, those of this module, and
// the others.
func (s *Set) Groups() []*Group {
	std, own, others := &Group{Name: "standard"}, &Group{Name: "axn"}, &Group{Name: "others"}
	for _, p := range s.Packages {
		g := others
		switch {
		case !p.importable():
			continue
		case p.Standard:
			g = std
		case strings.HasPrefix(p.ImportPath, "axn/"):
			g = own
		}
		g.Packages = append(g.Packages, p)
	}
	groups := []*Group{std, own, others}
	for _, g := range groups {
		g.set = s
	}
	return groups
}

// Sum sums up what the group's source and archive depend on: its packages and those of
// the same module or others whose source it may carry. The names of the files of export
// data say what is in them.
func (g *Group) Sum() string {
	h := sha256.New()
	e := json.NewEncoder(h)
	e.Encode(g.Packages)
	for _, p := range g.set.Packages {
		if own := strings.HasPrefix(p.ImportPath, "axn/"); !p.Standard && g.Name != "standard" && (!own || g.Name == "axn") {
			e.Encode(p)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Generate returns the source of the group's package, which embeds archive.zip, and that
// archive. lacks tells which generic code cannot work in cells.
func (g *Group) Generate() (source, archive []byte, lacks []string, err error) {
	s := g.set.fresh()
	if source, err = s.tables(g); err != nil {
		return nil, nil, nil, err
	}
	sources, err := s.sources(g)
	if err != nil {
		return nil, nil, nil, err
	}
	var b bytes.Buffer
	if err := s.archive(&b, g, sources); err != nil {
		return nil, nil, nil, err
	}
	return source, b.Bytes(), sources.lacks, nil
}
