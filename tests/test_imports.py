"""Who may import whom (README: where things are), read from the source by `ast`."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("steps", "dsl", "generated", "infra", "darkroom")

# What each package, or part of `darkroom`, may import of our own; the longest prefix decides.
ALLOWED = {
    "steps": {"steps"},
    "dsl": {"dsl", "steps", "darkroom.plan"},
    "generated": {"generated"},
    "infra": {"infra", "generated"},
    "darkroom.plan": {"darkroom.plan"},
    "darkroom.errors": set(),
    "darkroom.outcome": set(),
    "darkroom.objects": set(),
    "darkroom.ids": {"darkroom.errors"},
    "darkroom.events": {"darkroom.errors", "darkroom.ids", "darkroom.events"},
    "darkroom.images": {
        "darkroom.errors",
        "darkroom.ids",
        "darkroom.events",
        "darkroom.images",
        "darkroom.outcome",
    },
}
_CORE = {f"darkroom.{name}" for name in ("errors", "ids", "outcome", "objects", "events", "images")}
ALLOWED["darkroom.history"] = _CORE | {"darkroom.history"}
ALLOWED["darkroom.projections"] = ALLOWED["darkroom.history"] | {"darkroom.projections"}
_HISTORY = ALLOWED["darkroom.projections"]
ALLOWED["darkroom.runner"] = _HISTORY | {"darkroom.runner", "darkroom.plan", "steps"}
for capability in ("quotas", "uploads", "retrieval", "manifest", "ingest", "identity", "runs"):
    ALLOWED[f"darkroom.{capability}"] = _HISTORY | {"darkroom.plan"}
ALLOWED["darkroom.uploads"] |= {"darkroom.quotas"}
ALLOWED["darkroom.ingest"] |= {"darkroom.quotas"}
ALLOWED["darkroom.runs"] |= {"darkroom.ingest"}
ALLOWED["darkroom.control"] = ALLOWED["darkroom.runs"]
ALLOWED["darkroom.leaving"] = _HISTORY | {"darkroom.identity"}
ALLOWED["darkroom.endings"] = ALLOWED["darkroom.runs"] | {"darkroom.runs"}
ALLOWED["darkroom.reconcile"] = ALLOWED["darkroom.endings"]
ALLOWED["darkroom.leftovers"] = _HISTORY
ALLOWED["darkroom.rounds"] = ALLOWED["darkroom.reconcile"] | {
    "darkroom.leftovers",
    "darkroom.reconcile",
}
_CAPABILITIES = (
    _HISTORY
    | {"darkroom.plan", "darkroom.runner"}
    | {
        f"darkroom.{name}"
        for name in (
            *("quotas", "uploads", "retrieval", "manifest", "ingest", "identity", "runs"),
            *("endings", "control", "leaving", "leftovers", "reconcile", "rounds"),
        )
    }
)
ALLOWED["darkroom.operations"] = _CAPABILITIES | {"darkroom.operations"}
ALLOWED["darkroom.adapters"] = ALLOWED["darkroom.operations"] | {"darkroom.adapters"}
ALLOWED["darkroom.client"] = {"darkroom.client"}
ALLOWED["darkroom.testing"] = _HISTORY | {"darkroom.testing"}
ALLOWED["darkroom.handlers"] = ALLOWED["darkroom.adapters"] | {"darkroom.handlers"}
ALLOWED["darkroom.contract"] = ALLOWED["darkroom.handlers"]
ALLOWED["darkroom.local"] = ALLOWED["darkroom.handlers"] | {"darkroom.local", "steps.allocator"}
ALLOWED["darkroom.cli"] = ALLOWED["darkroom.local"] | {
    "darkroom.cli",
    "darkroom.client",
    "darkroom.operations",
    "steps",
}
ALLOWED["darkroom.__main__"] = {"darkroom.cli"}
ALLOWED["darkroom"] = set()

MODULES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.is_file()
)


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports(node: ast.AST) -> set[str]:
    """The first-party modules that the statements under `node` import."""
    names = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            names |= {alias.name for alias in child.names}
        if isinstance(child, ast.ImportFrom) and child.module:
            names |= {child.module, *(f"{child.module}.{alias.name}" for alias in child.names)}
    return {name for name in names if name.split(".")[0] in PACKAGES}


def _under(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def _strays(module: str, source: str) -> set[str]:
    """Return what the module imports and may not."""
    rule = max((key for key in ALLOWED if _under(module, {key})), key=len)
    tree = ast.parse(source)
    deferred: set[str] = set()
    if _under(module, {"darkroom.cli"}):
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        deferred = {name for function in functions for name in _imports(function)}
        deferred = {name for name in deferred if _under(name, {"dsl"})}
    # `from darkroom import plan` names the package as well as the module.
    found = _imports(tree) - deferred - {"darkroom"}
    return {name for name in found if not _under(name, ALLOWED[rule])}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    """`steps` knows nobody, `dsl` only the plan, the core of `darkroom` never what is above it."""
    assert _strays(_name(path), path.read_text()) == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("darkroom.handlers.stage", "import dsl"),
        ("darkroom.handlers.images", "from steps.picture import Picture"),
        ("darkroom.images.state", "def f():\n    from darkroom.history import handle"),
        ("darkroom.history.chain", "from darkroom import adapters"),
        ("darkroom.client.images", "from darkroom.events import Event"),
        ("darkroom.cli.process", "from dsl import compile"),
        ("steps.resize", "from darkroom.plan import Plan"),
        ("generated.photos.wiring", "import infra.settings"),
    ],
)
def test_an_import_that_goes_the_wrong_way_is_noticed(module: str, source: str) -> None:
    """Planted ones, at the top and inside functions."""
    assert _strays(module, source) != set()
