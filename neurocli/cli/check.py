"""`neurocli check`."""

from __future__ import annotations

import click

from neurocli.cli import options


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE...]")
@click.option("--list", "list_", is_flag=True, help="List the claims (of the files, or those shipped) and stop.")
@click.option("--shipped", is_flag=True, help="Check the claims that come with neurocli.")
@click.option("--only", multiple=True, metavar="NAME", help="Only the claim of this name; may be repeated.")
@click.option("--prove", is_flag=True, help="Count answers that are only probable as undecided.")
@options.jobs_option
@click.option(
    "--junit", type=click.Path(dir_okay=False), default=None, metavar="FILE", help="Write the verdicts as JUnit XML."
)
@click.option(
    "--junit-per",
    type=click.Choice(["claim", "instance"]),
    default="claim",
    show_default=True,
    help="What a test case of the JUnit file is.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "ndjson", "csv", "latex", "github"]),
    default=None,
    help="How to print, a table by default; ndjson prints one line per network, github workflow annotations.",
)
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False),
    default=None,
    metavar="FILE",
    help="Write the witnesses against refuted claims, with their evidence, to a file that can be checked again.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), default=None, help="Write to a file instead.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Show every value behind a witness, and the slowest networks.")
@options.seed_option
@options.limit_options
@click.pass_context
def check(
    ctx: click.Context,
    files: tuple[str, ...],
    list_: bool,
    shipped: bool,
    only: tuple[str, ...],
    prove: bool,
    jobs: int,
    junit: str | None,
    junit_per: str,
    as_json: bool,
    format_: str | None,
    certificate: str | None,
    output: str | None,
    quiet: bool,
    verbose: bool,
    seed: int,
    timeout: float | None,
    memory: int | None,
) -> None:
    """Decide the claims of files over their grids of networks: hold, refuted, or undecided.

    \b
    Examples:
      neurocli check --list
      neurocli check --shipped --jobs 2
      neurocli check --only unimodal-filling --shipped
      neurocli check claims.toml --junit report.xml
    """
    from neurocli.cli.check_output import listing, printed
    from neurocli.conjectures.check import check as decide
    from neurocli.conjectures.check import exit_status
    from neurocli.conjectures.claims import read_claims
    from neurocli.conjectures.claims import shipped as shipped_claims
    from neurocli.report.junit import junit_text
    from neurocli.report.progress import Progress
    from neurocli.report.render import certificate_text
    from neurocli.report.write import write_file

    if as_json and format_ not in (None, "json"):
        raise click.UsageError(f"--json and --format {format_}: give one of them")
    if not files and not shipped and not list_:
        raise click.UsageError("give a claims file, or --shipped (see: neurocli help claims)")
    claims = [claim for file in files for claim in read_claims(file)]
    if shipped or not files:
        claims += shipped_claims()
    unknown = set(only) - {claim.name for claim in claims}
    if unknown:
        raise click.UsageError(f"no claim is called {min(unknown)!r}; --list shows their names")
    claims = [claim for claim in claims if not only or claim.name in only]
    if list_:
        click.echo(listing(claims), nl=False)
        return
    names = " ".join([*files, *(["shipped"] if shipped else [])])
    with Progress("checking", sum(claim.grid.count for claim in claims), quiet) as bar:
        result, verdicts = decide(
            claims,
            names,
            seed=seed,
            jobs=jobs,
            timeout=timeout,
            memory_mb=memory,
            strict=prove,
            certify=certificate is not None,
            progress=lambda done, total, instance: bar.update(done, instance.verdict == "undecided"),
        )
    text = printed(result, verdicts, "json" if as_json else format_ or "table", verbose)
    if output is not None:
        write_file(output, text)
    else:
        click.echo(text, nl=False, color=True)
    if junit is not None:
        write_file(junit, junit_text(verdicts, junit_per))
    if certificate is not None:
        write_file(certificate, certificate_text([result]))
        if not quiet:
            click.echo(f"certificate: {certificate}", err=True)
    for line in result.explanation:
        click.echo(f"neurocli: {line}", err=True)
    ctx.exit(exit_status(verdicts))
