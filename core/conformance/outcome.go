package conformance

import "fmt"

// Outcome is what an operation that did not fail has given.
type Outcome struct {
	Result int64
	Data   []byte
	Parts  []Part
	// Record reads a field of the record that was asked for.
	Record func(field string) int64
}

// Part is what became of one segment.
type Part struct {
	Error  string // its name, or "none"
	Result int64
	Data   []byte
}

// Compare holds an outcome against what a step expects, errors apart.
func (o Outcome) Compare(expect map[string]any) error {
	if err := compareNumbers(o.Result, expect); err != nil {
		return err
	}
	if want, ok := expect["data"]; ok {
		if err := Compare(o.Data, Bytes(want)); err != nil {
			return err
		}
	}
	record, _ := expect["record"].(map[string]any)
	for field, want := range record {
		if got := o.Record(field); got != Number(want) {
			return fmt.Errorf("%s is %d", field, got)
		}
	}
	list, _ := expect["segments"].([]any)
	for i, item := range list {
		if err := o.Parts[i].compare(item.(map[string]any)); err != nil {
			return fmt.Errorf("segment %d: %w", i, err)
		}
	}
	return nil
}

func compareNumbers(got int64, expect map[string]any) error {
	if want, ok := expect["result"]; ok && got != Number(want) {
		return fmt.Errorf("the result is %d", got)
	}
	if least, ok := expect["at_least"]; ok && got < Number(least) {
		return fmt.Errorf("the result is %d", got)
	}
	return nil
}

func (p Part) compare(want map[string]any) error {
	if err := ExpectError(want, "error", p.Error); err != nil {
		return err
	}
	if err := compareNumbers(p.Result, want); err != nil || want["data"] == nil {
		return err
	}
	return Compare(p.Data, Bytes(want["data"]))
}
