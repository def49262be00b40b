"""`neurocli profile`."""

from __future__ import annotations

from typing import Any

import click

from neurocli.cli import options


@click.command()
@options.spec_argument
@click.option("--epsilon", type=float, default=0.1, show_default=True, metavar="E", help="Accuracy.")
@click.option("--delta", type=float, default=0.05, show_default=True, metavar="D",
              help="Probability of failure of the sample bound.")
@click.option("--radius", type=float, default=1.0, show_default=True, metavar="R", help="Bound on the loss.")
@click.option("--each", type=options.Duration(), default=10.0, show_default=True, metavar="TIME",
              help="Time for each invariant; what does not fit is said.")
@click.option("--html", type=click.Path(dir_okay=False), default=None, metavar="FILE",
              help="Write one self-contained page.")
@options.seed_option
@options.limit_options
@options.output_options
@click.pass_context
def profile(ctx: click.Context, spec: str, epsilon: float, delta: float, radius: float, each: float, html: str | None,
            seed: int, timeout: float | None, memory: int | None, **printing: Any) -> None:
    """What the geometry of a network says about learning, on one page.

    \b
    Examples:
      neurocli profile mlp:3-2-1,r=2
      neurocli profile cnn:3-2,r=2 --html cnn.html
    """
    from functools import partial

    from neurocli.cli.run import compute, emit
    from neurocli.conjectures.profile import profile as page
    from neurocli.report.html import profile_page
    from neurocli.report.write import write_file

    def task() -> Any:
        result = compute(page, spec, epsilon=epsilon, delta=delta, radius=radius, share=each, seed=seed,
                         memory_mb=memory, timeout=timeout)
        if html is not None:
            write_file(html, profile_page(result))
        return result

    ctx.exit(emit([partial(task)], **printing))
