package workbench

import (
	"strings"
	"testing"
)

// TestResultsOfAnotherDataSet: results of a search among other items have no recall here, and no nDCG.
func TestResultsOfAnotherDataSet(t *testing.T) {
	d, g := toy(1, 20, 60, 4)
	other, h := toy(2, 20, 90, 4)
	ix, err := Factorize(t.Context(), d, nil, FactorizeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rs, err := ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 10})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Recall(t.Context(), LookUp(g), d, rs, 3); err != nil {
		t.Error(err)
	}
	const want = "of a search among 60 items"
	if _, err := Recall(t.Context(), LookUp(h), other, rs, 3); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("recall: %v", err)
	}
	for q := range other.Queries {
		other.Queries[q].Gold = 0
	}
	if _, err := Evaluate(other, rs, "MRR"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("evaluate: %v", err)
	}
	if err := WriteRun(t.TempDir()+"/run", "x", other, rs); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("write run: %v", err)
	}
	if _, err := Recall(t.Context(), LookUp(g), nil, rs, 3); err == nil || !strings.Contains(err.Error(), "no data set") {
		t.Errorf("no data set: %v", err)
	}
}
