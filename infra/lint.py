"""`python -m infra.lint`: cdk-nag, cfn-lint and checkov judge the templates of all environments.

They see what `cdk synth` writes, but for the code of functions, which are empty here. What they
find is told as the tool tells it; infra/acknowledged.yaml has what is left as it is, and why.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args
from zipfile import ZipFile

from aws_cdk import App

from infra.acknowledged import (
    Acknowledged,
    Found,
    entries,
    findings,
    write_for_others,
)
from infra.assets import ROOT, Assets
from infra.environments import settings_for
from infra.pipelines import compiled_pipeline
from infra.settings import Environment
from infra.stacks import add_stacks

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
CHECKOV = ROOT / ".local" / "checkov" / "bin" / "checkov"
MOST_ACKNOWLEDGED = 15  # of cdk-nag's: more would mean that its advice is not taken


def main() -> int:
    """Judge every environment, print what is wrong, and return 1 if anything is."""
    known = entries()
    with tempfile.TemporaryDirectory() as folder:
        wrong = list(_wrong(Path(folder), known))
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


def _wrong(folder: Path, known: Sequence[Acknowledged]) -> Iterator[str]:
    """Yield what any of the three finds in any environment, and what is acknowledged in vain."""
    found = tuple(
        each for name in get_args(Environment) for each in _synthesised(folder, name, known)
    )
    for each in found:
        if not any(entry.covers(each.path, each.rule) for entry in known):
            yield f"cdk-nag: {each.rule} {each.path}\n  {each.what}"
    templates = sorted(map(str, folder.glob("*/*.template.json")))
    cfn_lint = _started([str(CFN_LINT), "--", *templates])
    report = _checkov(templates)
    yield from (f"checkov: {check}" for check in report.failed)
    yield from filter(None, [_ended(cfn_lint)])
    yield from _in_vain(known, found, report)


def _synthesised(
    folder: Path, environment: str, known: Sequence[Acknowledged]
) -> tuple[Found, ...]:
    """Synthesise one environment below `folder`, and return all that cdk-nag finds in it."""
    app = App(outdir=str(folder / environment), context=_context())
    settings = settings_for(environment)
    compiled = compiled_pipeline(environment=environment)
    add_stacks(app, settings=settings, compiled=compiled, assets=_empty(folder, compiled.PACKAGES))
    write_for_others(app, known)
    app.synth()
    return findings(app)


def _context() -> Any:
    return json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"]


def _empty(folder: Path, packages: Iterable[tuple[str, ...]]) -> Assets:
    asset = folder / "empty.zip"
    ZipFile(asset, "w").close()
    return Assets(api=asset, stages=dict.fromkeys(packages, asset))


@dataclass(frozen=True)
class _Report:
    """What checkov says: failed checks in words, and of each skipped one its rule and place."""

    failed: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]


def _checkov(templates: Sequence[str]) -> _Report:
    words = ["--framework", "cloudformation", "--compact", "--skip-download", "--output", "json"]
    said = _ended(_started([str(CHECKOV), "--file", *templates, *words]))
    results = json.loads(said)["results"]
    failed = (
        f"{each['check_id']} {Path(each['file_path']).name}: {each['resource']}\n"
        f"  {each['check_name']}"
        for each in results["failed_checks"]
    )
    skipped = ((each["check_id"], each["resource"]) for each in results["skipped_checks"])
    return _Report(tuple(failed), tuple(skipped))


def _in_vain(
    known: Sequence[Acknowledged], found: Sequence[Found], report: _Report
) -> Iterator[str]:
    """Yield acknowledgements of what nobody finds any more, and say when there are too many."""
    skipped = {rule for rule, _ in report.skipped}
    for entry in known:
        for rule in entry.rules if entry.tool != "cfn-lint" else ():
            alone = replace(entry, rules=(rule,))
            used = any(alone.covers(each.path, each.rule) for each in found)
            if not used and not (entry.tool == "checkov" and rule in skipped):
                yield f"infra/acknowledged.yaml: nobody finds {rule} on {entry.where}"
    number = sum(entry.tool == "cdk-nag" for entry in known)
    if number > MOST_ACKNOWLEDGED:
        yield f"infra/acknowledged.yaml: {number} of cdk-nag's, more than {MOST_ACKNOWLEDGED}"


def _started(words: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  the words are ours
        words, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _ended(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate()
    return said


if __name__ == "__main__":
    sys.exit(main())
