// Command generate writes the registration of the packages that every kernel
// carries into the current folder. It is run by go generate ./kernelspec/packages.
package main

import (
	"log"
	"os"

	"axn/kernelspec/packages/generator"
)

func main() {
	log.SetFlags(0)
	pkgs, err := generator.Load(".", generator.Standard)
	if err != nil {
		log.Fatal(err)
	}
	for _, pkg := range pkgs {
		src, err := generator.Source("packages", pkg)
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(generator.FileName(pkg.Path()), src, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
