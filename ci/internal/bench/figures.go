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
	medians := map[string]float64{}
	for i := range o.Rows {
		r := &o.Rows[i]
		r.Median = median(r.Rates)
		if r.Median > 0 {
			r.Spread = (slices.Max(r.Rates) - slices.Min(r.Rates)) / r.Median
		}
		medians[r.Contender] = r.Median
	}
	for i := range o.Rows {
		o.Rows[i].Ratio = ratio(medians[Ours], o.Rows[i].Median)
	}
	for _, g := range o.Scenario.Goals {
		o.Goals = append(o.Goals, GoalMet{g.Against, g.RateAtLeast, ratio(medians[Ours], medians[g.Against])})
	}
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
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
