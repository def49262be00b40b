"""The table of commands: name, module, and the line that help pages show."""

from __future__ import annotations

import dataclasses
import importlib

import click


@dataclasses.dataclass(frozen=True)
class Entry:
    """Where a command is defined (`module:object`) and its one-line help."""

    target: str
    help: str


COMMANDS = {
    "dim": Entry("neurocli.cli.dim:dim", "dimension of the neurovariety, with proof where one exists"),
    "degree": Entry("neurocli.cli.degree:degree", "degree, polar degrees, Hilbert function, equations"),
    "edd": Entry("neurocli.cli.edd:edd", "critical points of a quadratic loss, counted"),
    "export": Entry("neurocli.cli.export:export", "systems of a network for Macaulay2, Singular, msolve and others"),
    "fibers": Entry("neurocli.cli.fibers:fibers", "are the weights determined by the function, and up to what"),
    "sing": Entry("neurocli.cli.sing:sing", "singular functions, subnetworks, ramification"),
    "describe": Entry("neurocli.cli.describe:describe", "parameters, symmetries, ambient space, coefficient map"),
    "relrep": Entry("neurocli.cli.relrep:relrep", "relative representations: transform, invariance, stitching"),
    "hyperdga": Entry("neurocli.cli.hyperdga:hyperdga", "hyperbolic Delaunay graphs and HyperDGA, exactly"),
    "harmonics": Entry("neurocli.cli.harmonics:harmonics", "Fourier analysis on finite groups; groups in weights"),
    "agf": Entry("neurocli.cli.agf:agf", "what a network learns from small weights, in what order, and when"),
    "sprecher": Entry("neurocli.cli.sprecher:sprecher", "Sprecher networks: counts, evaluation, domains, training"),
    "engines": Entry("neurocli.cli.engines:engines", "the Gröbner engines here, and how to install the others"),
    "check": Entry("neurocli.cli.check:check", "decide claims over grids of networks: hold, refuted, undecided"),
    "search": Entry("neurocli.cli.search:search", "minimal filling widths and activation thresholds, exhaustively"),
    "sweep": Entry("neurocli.cli.sweep:sweep", "one invariant over a grid of networks, resumable, in parallel"),
    "store": Entry("neurocli.cli.store:store", "the results kept from sweeps: list, export, prune"),
    "verify": Entry("neurocli.cli.verify:verify", "check certificates again, without any solver"),
    "profile": Entry("neurocli.cli.profile:profile", "what the geometry of a network says about learning"),
    "atlas": Entry("neurocli.cli.atlas:atlas", "a static site of the stored results"),
    "examples": Entry("neurocli.cli.examples:examples", "files to start from: claims, grids, a Makefile, a workflow"),
    "help": Entry("neurocli.cli.help:help_command", "the manual page of a command, or of spec and json"),
}


def load(name: str) -> click.Command:
    """The command of that name."""
    module, _, attribute = COMMANDS[name].target.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    command.short_help = COMMANDS[name].help
    return command
