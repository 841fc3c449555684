package eval

// DeclareImport lets a name stand for a package in all cells, as if they had imported
// it. It is read when a cell first mentions the name.
func (s *Session) DeclareImport(name, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.imports[name] = path
}
