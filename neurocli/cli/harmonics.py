"""`neurocli harmonics`: Fourier analysis on finite groups, and groups in the weights of networks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from neurocli.cli import options


@click.group()
def harmonics() -> None:
    """Fourier analysis on finite groups, and groups recovered from the weights of invariant networks.

    \b
    Examples:
      neurocli harmonics irreps A5
      neurocli harmonics power S3 1,0,0,0,0,1
      neurocli harmonics train D3 --save d3.npz
      neurocli harmonics recover d3.npz
    """


def _group_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("group", metavar="GROUP")(command)


def _signal_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("signal", metavar="SIGNAL")(command)


def _dimensions_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--dimensions", "dimensions", metavar="D,D,...", default=None, callback=_sizes,
                        help="Sizes of the blocks, as in 1,1,2; needed for NPY files unless all are 1.")(command)


def _sizes(ctx: click.Context, parameter: click.Parameter, value: str | None) -> list[int] | None:
    if value is None:
        return None
    pieces = value.split(",")
    if not all(piece.isascii() and piece.isdigit() and 0 < int(piece) < 10**4 for piece in pieces):
        raise click.BadParameter(f"{value!r} is no list of positive integers such as 1,1,2", ctx, parameter)
    return [int(piece) for piece in pieces]


def _answer(ctx: click.Context, function: Callable[..., Any], *arguments: Any, timeout: float | None,
            memory: int | None, printing: dict[str, Any], **keywords: Any) -> None:
    from neurocli.cli.run import compute, emit

    ctx.exit(emit([lambda: compute(function, *arguments, timeout=timeout, memory=memory, **keywords)], **printing))


@harmonics.command()
@_group_argument
@click.option("--matrices", is_flag=True, help="Give the exact matrices of all elements, not of generators only.")
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def irreps(ctx: click.Context, group: str, matrices: bool, timeout: float | None, memory: int | None,
           **printing: Any) -> None:
    """All irreducible representations, exactly, over cyclotomic fields.

    GROUP is a name (C6, D4, S3, A4, Q8, C2xC2) or the CSV or JSON file of a Cayley table.
    """
    def work() -> Any:
        from neurocli.groups.harmonics import irreps_result
        from neurocli.groups.tables import group_from

        return irreps_result(group_from(group), matrices)

    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


@harmonics.command()
@_group_argument
@_signal_argument
@click.option("--inverse", is_flag=True, help="SIGNAL is a JSON file of coefficients, as `fourier --json` prints them.")
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def fourier(ctx: click.Context, group: str, signal: str, inverse: bool, timeout: float | None, memory: int | None,
            **printing: Any) -> None:
    """The group Fourier transform of a signal, exactly.

    SIGNAL is one number for each element, as 1,0,-1/2 or in a CSV, JSON or NPY file.
    """
    def work() -> Any:
        from neurocli.groups.harmonics import fourier_result, inverse_result
        from neurocli.groups.signals import read_coefficients, signal_from
        from neurocli.groups.tables import group_from

        on = group_from(group)
        if inverse:
            return inverse_result(on, read_coefficients(signal))
        return fourier_result(on, signal_from(on, signal))

    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


@harmonics.command()
@_group_argument
@_signal_argument
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def power(ctx: click.Context, group: str, signal: str, timeout: float | None, memory: int | None,
          **printing: Any) -> None:
    """The power of each irreducible representation in a signal, exactly."""
    def work() -> Any:
        from neurocli.groups.harmonics import power_result
        from neurocli.groups.signals import signal_from
        from neurocli.groups.tables import group_from

        on = group_from(group)
        return power_result(on, signal_from(on, signal))

    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


@harmonics.command()
@_group_argument
@_signal_argument
@click.option("--pair", "pairs", type=(str, str), multiple=True, metavar="NAME NAME",
              help="Only the coefficient at these two representations; may be given several times.")
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def bispectrum(ctx: click.Context, group: str, signal: str, pairs: tuple[tuple[str, str], ...],
               timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The bispectrum of a signal, exactly: invariants that tell generic orbits apart."""
    def work() -> Any:
        from neurocli.groups.harmonics import bispectrum_result
        from neurocli.groups.signals import signal_from
        from neurocli.groups.tables import group_from

        on = group_from(group)
        return bispectrum_result(on, signal_from(on, signal), pairs)

    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


@harmonics.command()
@_group_argument
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def determinant(ctx: click.Context, group: str, seed: int, timeout: float | None, memory: int | None,
                **printing: Any) -> None:
    """Frobenius' factorization of the group determinant, proved as a polynomial identity."""
    def work() -> Any:
        from neurocli.groups.harmonics import determinant_result
        from neurocli.groups.tables import group_from

        return determinant_result(group_from(group), seed)

    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


@harmonics.command()
@_group_argument
@click.option("--real", is_flag=True, help="Real signals instead of complex ones.")
@click.option("--model", is_flag=True, help="Print the map itself, as a poly specification for `neurocli dim -`.")
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def dimension(ctx: click.Context, group: str, real: bool, model: bool, seed: int, timeout: float | None,
              memory: int | None, **printing: Any) -> None:
    """Image and generic fibre of the map from signals to power spectra."""
    def work() -> Any:
        from neurocli.groups.harmonics import dimension_result
        from neurocli.groups.tables import group_from

        return dimension_result(group_from(group), real, seed)

    if model:
        import json

        from neurocli.groups.power_map import autocorrelation_model
        from neurocli.groups.tables import group_from

        click.echo(json.dumps({"family": "poly", **autocorrelation_model(group_from(group), real)}))
        return
    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


@harmonics.command()
@click.argument("weights", metavar="WEIGHTS")
@_dimensions_option
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def recover(ctx: click.Context, weights: str, dimensions: list[int] | None, seed: int, timeout: float | None,
            memory: int | None, **printing: Any) -> None:
    """The multiplication table of the group in the weights of an invariant network.

    WEIGHTS is an NPZ file with one array of shape (|G|, d, d) for each block, or an NPY file. With --format csv the
    answer is the table itself.
    """
    def work() -> Any:
        from neurocli.groups.harmonics_weights import recover_result
        from neurocli.groups.weights import read_weights

        return recover_result(read_weights(weights, dimensions), weights, seed)

    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


@harmonics.command()
@click.argument("weights", metavar="WEIGHTS")
@_group_argument
@_dimensions_option
@click.option("--tolerance", type=click.FloatRange(0, 1), default=1e-6, show_default=True,
              help="Largest distance, in operator norm, that counts as equal.")
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def certify(ctx: click.Context, weights: str, group: str, dimensions: list[int] | None, tolerance: float, seed: int,
            timeout: float | None, memory: int | None, **printing: Any) -> None:
    """Whether weights are a unitary change of the group Fourier transform, block by block."""
    def work() -> Any:
        from neurocli.groups.harmonics_weights import certify_result
        from neurocli.groups.tables import group_from
        from neurocli.groups.weights import read_weights

        return certify_result(read_weights(weights, dimensions), weights, group_from(group), tolerance, seed)

    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


@harmonics.command()
@_group_argument
@click.option("--steps", type=click.IntRange(1, 10**7), default=2000, show_default=True, help="Gradient steps (Adam).")
@click.option("--batch", type=click.IntRange(1, 10**5), default=16, show_default=True,
              help="Pairs of a signal and a translate in each step.")
@click.option("--rate", type=click.FloatRange(0, 10, min_open=True), default=0.1, show_default=True,
              help="Largest step size; it falls to zero along a cosine.")
@click.option("--penalty", type=click.FloatRange(0, 1e6), default=3.0, show_default=True,
              help="Factor of the regularizer.")
@click.option("--regularizer", type=click.Choice(["weighted", "published"]), default="weighted", show_default=True,
              help="With the factor d of each block, or without it, as published.")
@click.option("--noise", type=click.FloatRange(0, 100), default=0.0, show_default=True,
              help="Standard deviation of noise added to the translates.")
@click.option("--dimensions", metavar="D,D,...", default=None, callback=_sizes,
              help="Sizes of the blocks; those of the irreducible representations by default.")
@click.option("--save", type=click.Path(dir_okay=False), default=None, metavar="FILE", help="Write the weights (NPZ).")
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def train(ctx: click.Context, group: str, steps: int, batch: int, rate: float, penalty: float, regularizer: str,
          noise: float, dimensions: list[int] | None, save: str | None, seed: int, timeout: float | None,
          memory: int | None, **printing: Any) -> None:
    """Train a spectral network on random orbits of a group, and recover the group from its weights."""
    shown = sys.stderr.isatty() and not printing["quiet"]

    def work() -> Any:
        from neurocli.groups.harmonics_weights import train_result
        from neurocli.groups.tables import group_from

        return train_result(group_from(group), dimensions=dimensions, steps=steps, batch=batch, rate=rate,
                            penalty=penalty, weighted=regularizer == "weighted", noise=noise, seed=seed, save=save,
                            progress=_show if shown else None)

    _answer(ctx, work, timeout=timeout, memory=memory, printing=printing)


def _show(step: int, steps: int, loss: float) -> None:
    """One line on the terminal, written over again and cleared at the end."""
    click.echo(f"\r\033[Kstep {step} of {steps}, loss {loss:.3g}" if step < steps else "\r\033[K", nl=False, err=True)
