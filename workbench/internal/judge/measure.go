package judge

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Measure is a measure with its settings. The zero cutoff looks at the whole ranking.
type Measure struct {
	kind           // what is measured
	cutoff int     // k, ranks that count; 0 = all
	rel    int     // grade from which an item is relevant, 1 or more
	p      float64 // persistence of RBP
	exp    bool    // nDCG gains 2^grade - 1
}

// kind is a measure without its settings.
type kind struct {
	name        string
	other       []string // further names, lower case
	needsCutoff bool
	value       func(m Measure, l List) float64
}

var kinds = []kind{
	{"nDCG", []string{"ndcg_cut"}, false, func(m Measure, l List) float64 {
		if m.exp {
			return ndcg(l, m.cutoff, exponential)
		}
		return ndcg(l, m.cutoff, linear)
	}},
	{"MRR", []string{"rr", "recip_rank"}, false, func(m Measure, l List) float64 { return reciprocalRank(l, m.cutoff, m.rel) }},
	{"MAP", []string{"ap", "map_cut"}, false, func(m Measure, l List) float64 { return averagePrecision(l, m.cutoff, m.rel) }},
	{"P", []string{"precision"}, true, func(m Measure, l List) float64 { return ratio(float64(l.hits(m.cutoff, m.rel)), m.cutoff) }},
	{"R", []string{"recall"}, true, func(m Measure, l List) float64 {
		return ratio(float64(l.hits(m.cutoff, m.rel)), l.relevant(m.rel))
	}},
	{"Success", nil, true, func(m Measure, l List) float64 { return float64(min(l.hits(m.cutoff, m.rel), 1)) }},
	{"Rprec", nil, false, func(m Measure, l List) float64 { return rPrecision(l, m.rel) }},
	{"RBP", nil, false, func(m Measure, l List) float64 { return rbp(l, m.cutoff, m.rel, m.p) }},
	{"Judged", nil, true, func(m Measure, l List) float64 { return judged(l, m.cutoff) }},
}

// Names lists the measures as Parse reads them.
const Names = "nDCG@10, nDCG(gain=exp)@10, MRR@10, MAP@100, P@10, R@100, Success@1, Rprec, RBP(p=0.8), Judged@10"

var (
	written   = regexp.MustCompile(`^([A-Za-z_]+?)(?:\((.*)\))?(?:[@_]([0-9]+))?$`)
	defaultP  = 0.8
	parameter = regexp.MustCompile(`^\s*([a-z]+)\s*=\s*['"]?([^'"]*?)['"]?\s*$`)
)

// Parse reads a measure as ir_measures writes it, such as nDCG@10, P(rel=2)@5 or
// RBP(p=0.9), or as trec_eval does, such as ndcg_cut_10. Capitals do not matter.
func Parse(name string) (Measure, error) {
	parts := written.FindStringSubmatch(name)
	if parts == nil {
		return Measure{}, unknown(name)
	}
	m := Measure{rel: 1, p: defaultP}
	for _, k := range kinds {
		for _, n := range append(k.other, k.name) {
			if strings.EqualFold(n, parts[1]) {
				m.kind = k
			}
		}
	}
	if m.name == "" {
		return Measure{}, unknown(name)
	}
	if parts[2] != "" {
		for _, set := range strings.Split(parts[2], ",") {
			if err := m.set(set); err != nil {
				return Measure{}, fmt.Errorf("measure %q: %w", name, err)
			}
		}
	}
	err := m.cut(name, parts[3])
	return m, err
}

func unknown(name string) error {
	return fmt.Errorf("no measure %q: it is one of %s, or these with another number", name, Names)
}

// cut sets the cutoff.
func (m *Measure) cut(name, k string) error {
	if k == "" {
		if m.needsCutoff {
			return fmt.Errorf("measure %q needs the number of ranks that count, such as %s@10", name, m.name)
		}
		return nil
	}
	n, err := strconv.Atoi(k)
	if err != nil || n == 0 {
		return fmt.Errorf("measure %q: the number of ranks must be positive", name)
	}
	if m.name == "Rprec" {
		return fmt.Errorf("measure %q: Rprec chooses the number of ranks itself", name)
	}
	m.cutoff = n
	return nil
}

// set sets one parameter, written name=value.
func (m *Measure) set(text string) (err error) {
	parts := parameter.FindStringSubmatch(text)
	if parts == nil {
		return fmt.Errorf("%q is not a parameter such as rel=2", text)
	}
	name, value := parts[1], parts[2]
	graded := m.name == "nDCG" || m.name == "Judged"
	switch {
	case name == "rel" && !graded:
		if m.rel, err = strconv.Atoi(value); err != nil || m.rel < 1 {
			return fmt.Errorf("rel=%s: the lowest grade that is relevant must be a whole number from 1", value)
		}
	case name == "p" && m.name == "RBP":
		if m.p, err = strconv.ParseFloat(value, 64); err != nil || !(m.p > 0 && m.p < 1) {
			return fmt.Errorf("p=%s: the persistence must lie between 0 and 1", value)
		}
	case (name == "gain" || name == "dcg") && m.name == "nDCG":
		exp, known := map[string]bool{"exp": true, "exp-log2": true, "linear": false, "log2": false}[value]
		if !known {
			return fmt.Errorf("%s=%s: the gain is linear or exp", name, value)
		}
		m.exp = exp
	default:
		return fmt.Errorf("%s has no parameter %q", m.name, name)
	}
	return nil
}

// Of returns the measure of a ranking, 0 to 1.
func (m Measure) Of(l List) float64 { return m.value(m, l) }

// String writes the measure as Parse reads it, settings that differ from the usual
// ones included.
func (m Measure) String() string {
	var set []string
	if m.exp {
		set = append(set, "gain=exp")
	}
	if m.name == "RBP" {
		set = append(set, fmt.Sprintf("p=%g", m.p))
	}
	if m.rel != 1 {
		set = append(set, fmt.Sprintf("rel=%d", m.rel))
	}
	text := m.name
	if set != nil {
		text += "(" + strings.Join(set, ",") + ")"
	}
	if m.cutoff > 0 {
		text += fmt.Sprintf("@%d", m.cutoff)
	}
	return text
}
