package bench

import (
	"slices"
)

func (r *Row) add(s Sample, warm bool) {
	r.Wrong += s.Wrong
	r.Checked += s.Operations
	if !warm && s.Seconds > 0 {
		r.Rates = append(r.Rates, float64(s.Operations)/s.Seconds)
	}
}

func (o *Outcome) finish() {
	ratios := map[string]float64{}
	for i := range o.Rows {
		r := &o.Rows[i]
		r.Median = median(r.Rates)
		if r.Median > 0 {
			r.Spread = (slices.Max(r.Rates) - slices.Min(r.Rates)) / r.Median
		}
		r.Ratio = median(quotients(o.Rows[0].Rates, r.Rates))
		ratios[r.Contender] = r.Ratio
	}
	for _, g := range o.Scenario.Goals {
		o.Goals = append(o.Goals, GoalMet{g.Against, g.RateAtLeast, ratios[g.Against]})
	}
}

// quotients compares what ran next to each other: on a machine whose load changes, the median of the rounds' ratios is
// steadier than the ratio of the medians.
func quotients(ours, theirs []float64) []float64 {
	all := make([]float64, min(len(ours), len(theirs)))
	for i := range all {
		all[i] = ours[i] / theirs[i]
	}
	return all
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
