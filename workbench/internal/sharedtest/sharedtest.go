// Package sharedtest finds the data that tests compare with and that is too large for the
// project: the folder ../shared beside the checkout.
package sharedtest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Path joins elem to the shared folder: $AXN_SHARED, or ../shared beside the module. Where the
// file is missing the test is skipped, but if AXN_SHARED is set it fails.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	dir, told := os.LookupEnv("AXN_SHARED")
	if !told {
		_, here, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(here), "../../../../shared")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); err == nil {
		return path
	} else if told {
		t.Fatalf("AXN_SHARED is set: %v", err)
	}
	t.Skipf("needs %s", path)
	return ""
}
