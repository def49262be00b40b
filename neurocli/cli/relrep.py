"""`neurocli relrep`."""

from __future__ import annotations

from typing import Any

import click

from neurocli.cli import options

anchor_rows_flag = click.option("--anchor-rows", is_flag=True,
                                help="ANCHORS holds row numbers of LATENTS, from 0, one per line.")


@click.group()
def relrep() -> None:
    """Relative representations: latent vectors by their cosines with anchors.

    \b
    Examples:
      neurocli relrep demo
      neurocli relrep transform --normalize latents.npy anchors.npy --to relative.npy
      neurocli relrep dimension 12 3
    """


@relrep.command()
@click.argument("latents")
@click.argument("anchors")
@click.option("--normalize", is_flag=True, help="Centre and scale each coordinate first.")
@anchor_rows_flag
@click.option("--exact", is_flag=True, help="Print sign(cos) cos^2 as fractions.")
@click.option("--to", "destination", type=click.Path(dir_okay=False), default=None, metavar="FILE",
              help="Write the matrix to a .npy or .csv file, block by block.")
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def transform(ctx: click.Context, latents: str, anchors: str, normalize: bool, anchor_rows: bool, exact: bool,
              destination: str | None, timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The cosines of every latent vector with every anchor.

    \b
    Examples:
      neurocli relrep transform latents.npy anchors.npy --to relative.npy
      neurocli relrep transform --normalize --exact --format csv latents.csv anchors.csv
    """
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        from neurocli.latent.records import transform_record

        return transform_record(latents, anchors, normalize, anchor_rows, exact, destination)

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@relrep.command()
@click.argument("latents")
@click.argument("anchors")
@anchor_rows_flag
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def invariance(ctx: click.Context, latents: str, anchors: str, anchor_rows: bool, seed: int, timeout: float | None,
               memory: int | None, **printing: Any) -> None:
    """Under which groups the representation is invariant, tested exactly over the rationals.

    \b
    Examples:
      neurocli relrep invariance latents.csv anchors.csv
      neurocli relrep invariance --json --seed 1 latents.csv anchors.csv
    """
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        from neurocli.latent.records import invariance_record

        return invariance_record(latents, anchors, anchor_rows, seed)

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@relrep.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--anchors", nargs=2, default=None, metavar="FILE FILE", help="Paired anchors in A and in B.")
@click.option("--anchor-rows", default=None, metavar="FILE", help="Row numbers of A and B, from 0, that are anchors.")
@click.option("--labels", default=None, metavar="FILE", help="Labels, one per line, for a linear decoder.")
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def stitch(ctx: click.Context, first: str, second: str, anchors: tuple[str, str] | None, anchor_rows: str | None,
           labels: str | None, timeout: float | None, memory: int | None, **printing: Any) -> None:
    """Zero-shot stitching error between two encoders of the same data, row by row.

    \b
    Examples:
      neurocli relrep stitch a.npy b.npy --anchor-rows anchors.csv
      neurocli relrep stitch a.npy b.npy --anchors aa.npy ab.npy --labels labels.txt
    """
    from neurocli.cli.run import compute, emit

    if (anchors is None) == (anchor_rows is None):
        raise click.UsageError("give either --anchors FILE FILE or --anchor-rows FILE")

    def work() -> Any:
        from neurocli.latent.records import stitch_record

        in_first, in_second = anchors or (None, None)
        return stitch_record(first, second, in_first, in_second, anchor_rows, labels)

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@relrep.command()
@click.argument("latents")
@click.argument("labels")
@click.option("--beta", type=float, default=1.0, show_default=True, help="Length that deaths are pulled to.")
@click.option("--metric", type=click.Choice(["l1", "l2", "linf"]), default="l2", show_default=True,
              help="Metric of the latent space.")
@click.option("--loss", type=click.Choice(["absolute", "squared", "hinge"]), default="absolute", show_default=True,
              help="|w - beta|, (w - beta)^2, or max(0, w - beta).")
@click.option("--gradient", type=click.Path(dir_okay=False), default=None, metavar="FILE",
              help="Write the gradient to a .npy file.")
@click.option("--plot", type=click.Path(dir_okay=False), default=None, metavar="FILE",
              help="Draw the barcodes: .png, .svg or .pdf.")
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def densify(ctx: click.Context, latents: str, labels: str, beta: float, metric: str, loss: str, gradient: str | None,
            plot: str | None, timeout: float | None, memory: int | None, **printing: Any) -> None:
    """Topological densification: loss, gradient and barcodes of each class.

    \b
    Examples:
      neurocli relrep densify latents.csv labels.txt --beta 3
      neurocli relrep densify latents.npy labels.txt --gradient g.npy --plot bars.svg
    """
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        from neurocli.latent.records import densify_record

        result, found = densify_record(latents, labels, beta, metric, loss, gradient)
        if plot is not None:
            from neurocli.report.barcode_plot import draw_barcodes

            draw_barcodes(plot, [(bars.label, bars.deaths.tolist()) for bars in found.barcodes], beta)
        return result

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@relrep.command()
@click.argument("points", type=click.IntRange(2, 10**6), metavar="N")
@click.argument("coordinates", type=click.IntRange(1, 10**6), metavar="D")
@options.prime_option
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def dimension(ctx: click.Context, points: int, coordinates: int, prime: int | None, seed: int, timeout: float | None,
              memory: int | None, **printing: Any) -> None:
    """Dimension of the image on N points of R^D, against that of a complete invariant.

    \b
    Examples:
      neurocli relrep dimension 12 3
      neurocli relrep dimension --explain 10 4
    """
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        from neurocli.latent.records import dimension_record

        return dimension_record(points, coordinates, prime, seed)

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@relrep.command()
@click.option("--points", type=click.IntRange(3, 2000), default=40, show_default=True, help="Number of data points.")
@click.option("--coordinates", type=click.IntRange(2, 200), default=6, show_default=True,
              help="Number of latent coordinates.")
@click.option("--anchors", type=click.IntRange(1, 2000), default=8, show_default=True, help="Number of anchors.")
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def demo(ctx: click.Context, points: int, coordinates: int, anchors: int, seed: int, timeout: float | None,
         memory: int | None, **printing: Any) -> None:
    """Two encoders of the same data: plain cosines differ, normalized ones agree exactly.

    \b
    Examples:
      neurocli relrep demo
      neurocli relrep demo --seed 5 --coordinates 3 --explain
    """
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        from neurocli.latent.records import demo_record

        return demo_record(points, coordinates, anchors, seed)

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@relrep.command()
@options.specs_argument
@click.option("--layer", type=click.IntRange(1), default=1, show_default=True, help="Hidden layer to look at.")
@click.option("--members", type=click.IntRange(1, 100), default=3, show_default=True, metavar="N",
              help="Further points of the fibre.")
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def fibre(ctx: click.Context, specs: tuple[str, ...], layer: int, members: int, seed: int, timeout: float | None,
          memory: int | None, **printing: Any) -> None:
    """A layer along the scalings and permutations of its fibre: one point after normalization.

    \b
    Examples:
      neurocli relrep fibre mlp:3-4-2,r=2
      neurocli relrep fibre --layer 2 --explain mlp:2-3-3-1,r=3
    """
    from neurocli.cli.run import compute, emit
    from neurocli.latent.records import fibre_record

    networks = options.read_specs(specs)
    ctx.exit(emit([lambda network=network: compute(  # type: ignore[misc]
        fibre_record, network, layer, members, seed, timeout=timeout, memory=memory)
        for network in networks], **printing))
