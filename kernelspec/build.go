package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"axn/kernelspec/builder"
)

// build builds the kernel. The further packages are remembered for the next
// builds, as lab and run build too.
func build(_ context.Context, args []string) error {
	fs := flags("build")
	var with list
	fs.Var(&with, "with", "`package` to register besides the standard ones, also as package@version; may be repeated; \"none\" forgets all; set CGO_ENABLED=1 for one that needs cgo")
	out := fs.String("o", "", "`file` to write the kernel to (default: in the user's cache folder)")
	main := fs.String("main", "", "`package` to build in the place of the kernel, with all that cells can import")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("build: unknown argument %q", fs.Arg(0))
	}
	if err := builder.Check(with); err != nil {
		return err
	}
	k, err := kernel()
	if err != nil {
		return err
	}
	if k.Root == "" {
		return fmt.Errorf("build: unset %s first: it names a kernel that is built already", builtKernel)
	}
	if k.Main = *main; k.Main != "" && *out == "" {
		return errors.New("build -main: say with -o where the program is to be written")
	}
	if len(with) > 0 {
		if err := remember(k, with); err != nil {
			return err
		}
	}
	if *out != "" {
		if k.Out, err = filepath.Abs(*out); err != nil {
			return err
		}
	}
	if err := compile(k); err != nil {
		return err
	}
	fmt.Println(k.Out)
	return nil
}

// builtKernel is the environment variable that names a kernel which is built
// already. With it neither Go nor these sources are needed.
const builtKernel = "AXN_KERNEL"

// kernel returns the kernel of this module as it was last built: with the further
// packages that were asked for then. The one that builtKernel names has no Root.
func kernel() (*builder.Kernel, error) {
	if out := os.Getenv(builtKernel); out != "" {
		_, err := os.Stat(out)
		return &builder.Kernel{Out: out}, err
	}
	k, err := builder.Here()
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(withFile(k))
	if errors.Is(err, os.ErrNotExist) {
		return k, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &k.With)
	}
	return k, err
}

// withFile holds the further packages of a kernel.
func withFile(k *builder.Kernel) string { return k.Out + ".with.json" }

// remember adds further packages; "none" takes all away.
func remember(k *builder.Kernel, with []string) error {
	for _, pkg := range with {
		if pkg == "none" {
			k.With = nil
			continue
		}
		k.With = append(builder.Without(k.With, pkg), pkg)
	}
	b, err := json.Marshal(k.With)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(k.Out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(withFile(k), b, 0o644)
}

// compile builds a kernel unless it is up to date, and says so while it does.
func compile(k *builder.Kernel) error {
	if k.Root == "" {
		return nil
	}
	current, err := k.Current()
	if err != nil || current {
		return err
	}
	say("building the kernel (about a minute the first time, seconds later) ...")
	start := time.Now()
	if _, err := k.Build(); err != nil {
		return err
	}
	say("built in %.1f s: %s", time.Since(start).Seconds(), k.Out)
	return nil
}
