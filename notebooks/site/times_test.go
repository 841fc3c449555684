package site

import (
	"os"
	"regexp"
	"testing"
)

// The README and the course's page say the same of how long a notebook computes.
func TestTimesAgree(t *testing.T) {
	row := regexp.MustCompile(`(?m)^\| \[[^\]]+\]\((?:notebooks/)?(\d\d_\w+\.ipynb)\) .*\| ([^|]+) \|$`)
	times := func(path string) map[string]string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, m := range row.FindAllStringSubmatch(string(b), -1) {
			found[m[1]] = m[2]
		}
		return found
	}
	readme, course := times("../../README.md"), times("../README.md")
	if len(readme) < 7 || len(readme) != len(course) {
		t.Fatalf("%d notebooks in the README, %d in the course's page", len(readme), len(course))
	}
	for name, says := range readme {
		if course[name] != says {
			t.Errorf("%s: the README says %q, the course's page %q", name, says, course[name])
		}
	}
}
