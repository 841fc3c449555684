package builder

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
)

// CacheDir is the folder for what is built and downloaded, "axn" in the user's
// cache folder.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "axn"), nil
}

// Binary returns where the kernel of a source folder is built: each has its own.
func Binary(root string) (string, error) {
	dir, err := CacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(root))
	name := "axn-kernel"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(dir, "kernel-"+hex.EncodeToString(sum[:6]), name), nil
}

// Tool is another command of the module that holds the working directory, built with all
// that cells can import. main is its package, such as ./kernelspec/eval/gocell.
func Tool(main string) (*Kernel, error) {
	k, err := Here()
	if err != nil {
		return nil, err
	}
	k.Main, k.Out = main, filepath.Join(filepath.Dir(k.Out), filepath.Base(main)+filepath.Ext(k.Out))
	return k, nil
}
