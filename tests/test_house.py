"""The house keeps its order: imports go one way, packages stay in their rooms, pages do not drift."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import neurocli

ROOT = Path(neurocli.__file__).parent
REPOSITORY = ROOT.parent
ROOMS = [
    "errors",
    "results",
    "jobs",
    "algebra",
    "groups",
    "architectures",
    "theorems",
    "formats",
    "engines",
    "numerics",
    "invariants",
    "dynamics",
    "sprecher",
    "latent",
    "hyperbolic",
    "conjectures",
    "report",
    "cli",
]
STRANGERS = {"dynamics", "sprecher", "latent", "hyperbolic"}
#: Who may import a third party; conftest and tests are free.
CONFINED = {
    "click": {"cli"},
    "rich": {"report"},
    "matplotlib": {"report"},
    "flint": {"algebra", "groups", "numerics"},
    "galgebra": {"architectures", "hyperbolic", "invariants"},
}


def modules():
    return [path for path in ROOT.rglob("*.py") if "examples" not in path.parts]


def room(path):
    relative = path.relative_to(ROOT)
    return relative.parts[0].removesuffix(".py")


def imports(path):
    """(module, is at the top level of the file) of every import in a file."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, id(node) in top


def test_imports_go_one_way():
    wrong = []
    for path in modules():
        mine = room(path)
        if mine in ("__init__", "__main__"):
            continue
        for name, _ in imports(path):
            parts = name.split(".")
            if parts[0] != "neurocli" or len(parts) == 1:
                continue
            theirs = parts[1]
            if ROOMS.index(theirs) > ROOMS.index(mine) or (theirs != mine and {theirs, mine} <= STRANGERS):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong, wrong


def test_third_parties_stay_in_their_rooms():
    wrong = []
    for path in modules():
        for name, _ in imports(path):
            allowed = CONFINED.get(name.split(".")[0])
            if allowed is not None and room(path) not in allowed:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong, wrong


def test_nothing_runs_what_a_user_typed():
    forbidden = {"eval", "exec", "sympify", "parse_expr", "compile"}
    wrong = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", None)
                if name in forbidden or getattr(node.func, "attr", None) in {"sympify", "parse_expr"}:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
                for keyword in node.keywords:
                    if keyword.arg in ("shell", "allow_pickle") and getattr(keyword.value, "value", None) is True:
                        wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
        wrong += [f"{path.relative_to(ROOT)} imports pickle" for name, _ in imports(path) if name == "pickle"]
    assert not wrong, wrong


def test_files_stay_small():
    long = {str(path.relative_to(ROOT)): n for path in modules() if (n := len(path.read_text().splitlines())) > 500}
    assert not long, long


def test_every_citation_is_in_the_bibliography():
    from neurocli.theorems.bibliography import citation, references

    known = references()
    text = (ROOT / "theorems" / "references.bib").read_text()
    assert text.count("\n@") + 1 == len(known), "a key stands twice"
    assert all(citation(key) for key in known)
    wrong = []
    for path in modules():
        text = path.read_text()
        for key in re.findall(r"\[([a-z]+(?:-[a-z]+)*-\d{4}[a-z]?)\]", text) + re.findall(
            r'"([a-z]+(?:-[a-z]+)*-(?:18|19|20)\d{2}[a-z]?)"', text
        ):
            if key not in known:
                wrong.append(f"{path.relative_to(ROOT)}: {key}")
    assert not wrong, wrong


def test_manual_pages_do_not_drift():
    from neurocli.cli.manual.pages import all_pages

    pages = all_pages()
    stored = {f"{p.parent.name}/{p.name}": p.read_text() for p in (REPOSITORY / "man").glob("man*/*")}
    assert stored == pages, "run: python -m neurocli.cli.manual man"


def test_every_command_has_help_and_a_manual():
    import click

    from neurocli.cli.commands import COMMANDS, load
    from neurocli.cli.manual.pages import page_text

    for name in COMMANDS:
        command = load(name)
        assert command.help, name
        every = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        for c in every:
            for parameter in c.params:
                if isinstance(parameter, click.Option):
                    assert parameter.help, (name, c.name, parameter.name)
        if name != "help":
            text = page_text(name)
            for section in ("DESCRIPTION", "METHOD", "EXAMPLES", "EXIT STATUS", "REFERENCES"):
                assert section in text, (name, section)


def loaded(*arguments):
    """Modules that a fresh interpreter has loaded after a command line."""
    code = (
        "import sys; from neurocli.cli.main import run; status = run(sys.argv[1:]); "
        "print('MODULES', *sys.modules, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.partition("MODULES ")[2].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["dim", "--help"], ["dim", "--json", "mlp:3-2-1,r=2"]]
)
def test_start_up_loads_little(arguments):
    """By instruction, not by clock; the computation itself happens in a child process."""
    heavy = {"sympy", "galgebra", "numpy", "scipy", "flint", "matplotlib", "dask", "distributed"}
    assert not loaded(*arguments) & heavy


def test_dimension_needs_no_heavy_package():
    code = (
        "import sys, neurocli; neurocli.dim('mlp:3-2-1,r=2'); neurocli.dim('mlp:784-512-512-10,r=3'); "
        "print(*sys.modules)"
    )
    names = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
    assert not names & {"sympy", "galgebra", "scipy", "matplotlib", "rich", "click"}


def test_no_path_of_a_machine_in_the_project():
    wrong = []
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True)
    names = listed.stdout.split() if listed.returncode == 0 else [str(p) for p in modules()]
    for name in names:
        path = REPOSITORY / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".1", ".5", ".csv", ".json"} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            if re.search(r"/home/\w+/|/root/|/work/", text) and name != "tests/test_house.py":
                wrong.append(name)
    assert not wrong, wrong
