"""`neurocli sweep`."""

from __future__ import annotations

import click

from neurocli.cli import options


class Shard(click.ParamType):
    """i/n, with 1 <= i <= n."""

    name = "i/n"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        first, _, last = str(value).partition("/")
        if not (first.isdigit() and last.isdigit() and 1 <= int(first) <= int(last) <= 100_000):
            self.fail(f"{value!r} is not i/n with 1 <= i <= n", param, ctx)
        return int(first), int(last)


@click.command()
@click.argument("grids", nargs=-1, metavar="GRID...")
@click.option(
    "--invariant", default=None, metavar="NAME", help="dim, degree, fibers, sing or edd; default the grid's, or dim."
)
@options.jobs_option
@click.option(
    "--journal",
    type=click.Path(dir_okay=False),
    default=None,
    metavar="FILE",
    help="Keep finished records here, so that the sweep can resume.",
)
@click.option("--resume", is_flag=True, help="Go on with the journal; without it an existing journal is refused.")
@click.option("--shard", type=Shard(), default=None, metavar="I/N", help="Only shard I of N, by content hash.")
@click.option("--merge", is_flag=True, help="GRID... are the journals of shards: print their records together.")
@click.option(
    "--slurm",
    type=click.IntRange(1, 100_000),
    default=None,
    metavar="N",
    help="Print a Slurm array script that runs this sweep in N shards.",
)
@click.option("--scheduler", default=None, metavar="ADDRESS", help="Run on Dask: tcp://HOST:PORT, or local.")
@click.option(
    "--store",
    type=click.Path(dir_okay=False),
    default=None,
    metavar="FILE",
    help="Store of results; default below XDG_CACHE_HOME.",
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write the store.")
@click.option("--ordered", is_flag=True, help="Print in the order of the grid instead of completion.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["ndjson", "csv"]),
    default="ndjson",
    show_default=True,
    help="One JSON object or one CSV row per network.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), default=None, help="Write to a file instead.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary on standard error.")
@options.seed_option
@options.limit_options
@click.pass_context
def sweep(
    ctx: click.Context,
    grids: tuple[str, ...],
    invariant: str | None,
    jobs: int,
    journal: str | None,
    resume: bool,
    shard: tuple[int, int] | None,
    merge: bool,
    slurm: int | None,
    scheduler: str | None,
    store: str | None,
    no_cache: bool,
    ordered: bool,
    format_: str,
    output: str | None,
    quiet: bool,
    seed: int,
    timeout: float | None,
    memory: int | None,
) -> None:
    """One invariant over a grid of networks, one record per network.

    \b
    Examples:
      neurocli sweep grid.toml --jobs 2 --journal run.ndjson > all.ndjson
      neurocli sweep grid.toml --journal run.ndjson --resume
      neurocli sweep grid.toml --shard 3/200 --journal shard.3.ndjson
      neurocli sweep --merge shard.*.ndjson --format csv
    """
    from neurocli.cli.sweep_output import check_journal, stream
    from neurocli.conjectures import sweep as sweeps
    from neurocli.report.progress import Progress
    from neurocli.results.store import Store

    if not grids:
        raise click.UsageError("give a grid: a TOML file, a list of specifications, or - for standard input "
                               "(see: neurocli help sweep)")
    if "-" in grids and (merge or slurm is not None):
        raise click.UsageError("standard input cannot be read here: give the name of a file")
    if merge:
        ctx.exit(stream(iter(sweeps.merge(grids)), format_, output, True))
    if len(grids) != 1:
        raise click.UsageError("give one grid; several journals go with --merge")
    task = sweeps.read_sweep(grids[0], invariant)
    if slurm is not None:
        words = [grids[0], *(["--invariant", invariant] if invariant else []), "--seed", str(seed)]
        click.echo(sweeps.slurm_script(words, slurm), nl=False)
        return
    check_journal(journal, resume)
    keeper = None if no_cache else Store(store)
    try:
        with Progress("sweeping", task.grid.count if shard is None else None, quiet) as bar:
            records = sweeps.records(
                task,
                seed=seed,
                jobs=jobs,
                timeout=timeout,
                memory_mb=memory,
                shard=shard,
                journal=journal,
                store=keeper,
                ordered=ordered,
                scheduler=scheduler,
                progress=bar.update,
            )
            status = stream(records, format_, output, quiet)
    finally:
        if keeper is not None:
            if not keeper.writable and not quiet:
                click.echo(
                    f"neurocli: note: the store {keeper.path} cannot be written; results are not reused", err=True
                )
            keeper.close()
    ctx.exit(status)
