package tasks

import (
	"context"
	"fmt"
	"strings"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

func (p *Plan) npm() toolchain.Npm { return toolchain.NpmIn(p.Root) }

// nodeTools installs what the addon is built and checked with; the test task needs every runtime beside it.
func (p *Plan) nodeTools() string {
	needs := []string{p.prerequisites()}
	return p.add(step.Step{Name: "node tools", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		if err := p.npm().Install(ctx, out, p.Root, p.Runtimes); err != nil || !p.Runtimes {
			return err
		}
		var versions []string
		for _, major := range toolchain.NodeMajors {
			version, err := outputOf(p.npm().Node(major), "--version")
			if err != nil {
				return fmt.Errorf("Node %d: %w", major, err)
			}
			versions = append(versions, strings.TrimSpace(version))
		}
		out.Note("Node %s", strings.Join(versions, ", "))
		return nil
	}})
}
