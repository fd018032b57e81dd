"""`python -m dsl explain`: every code has a text, and its examples are what they say."""

from dataclasses import replace
from pathlib import Path

import pytest

from dsl.__main__ import DRIFTED, MISUSED, main
from dsl.codes import CODES
from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from dsl.explain import FOLDER, explain, explanation
from steps.plugins import find
from tests.dsl.layers import compile_layers

# The examples show characters that nobody can see as their pictures: U+2409 is a tab.
PICTURES = {0x2400 + code: code for code in range(32)}
# Seen by comparing files, not by compiling one.
ON_DISK = {"P012", "P037", "P038"}


@pytest.fixture(scope="module")
def shipped(plugins: Plugins) -> Plugins:
    """What is in steps/, and plugins of the kinds that others ship."""
    cut = replace(find()["sharpen"], name="acme.cut", requires=("numpy==2.4.0",))
    return find() | {"acme.faces": plugins["faces"], "acme.cut": cut}


def codes_of(text: str, plugins: Plugins) -> set[str]:
    """Compile with the plugins that are there; no code if all is well."""
    try:
        notes = compile_layers(text.translate(PICTURES), plugins).notes
    except PipelineRefused as refused:
        return {each.code for each in refused.diagnostics}
    return {each.code for each in notes}


def test_every_code_has_a_text_and_every_text_a_code() -> None:
    """Nobody who asks is told that there is nothing to say."""
    assert {path.name for path in FOLDER.iterdir()} == {f"{code}.md" for code in CODES}


@pytest.mark.parametrize("code", sorted(CODES.keys() - ON_DISK))
def test_the_wrong_example_has_this_mistake_and_no_other(code: str, shipped: Plugins) -> None:
    """Who reads it looks for one thing."""
    assert codes_of(explanation(code).wrong, shipped) == {code}


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_mended_example_compiles(code: str, shipped: Plugins) -> None:
    """A cure that is refused would be worse than none."""
    assert codes_of(explanation(code).right, shipped) == set()


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_text_fits_a_terminal_and_says_everything(code: str) -> None:
    """Title, meaning, reason and both examples; prose in lines of 88 characters at most."""
    found = explanation(code)
    prose = f"{found.meaning}\n{found.why}".splitlines()

    assert found.render().startswith(f"{code}: {CODES[code]}\n\n{found.meaning}\n\nWhy\n")
    assert max(map(len, prose)) <= 88
    assert found.wrong != found.right
    assert found.render().replace("\n", "").isprintable()


def test_drift_is_what_its_examples_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Generated at 400 pixels, then edited: refused. Generated anew: well."""
    monkeypatch.chdir(tmp_path)
    pipeline = tmp_path / "pipeline.yaml"
    found = explanation("P012")
    pipeline.write_text(found.wrong.replace("800", "400"))
    assert main(["generate"]) == 0

    pipeline.write_text(found.wrong)
    assert main(["generate", "--check"]) == DRIFTED
    assert capsys.readouterr().err.startswith("error[P012]")

    pipeline.write_text(found.right)
    assert main(["generate"]) == 0
    assert main(["generate", "--check"]) == 0


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, in the order of the table."""
    assert main(["explain"]) == 0

    listed = capsys.readouterr().out.splitlines()
    assert listed == [f"{code}  {title}" for code, title in CODES.items()]


def test_a_code_is_explained_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """In small letters too; several one after the other, each once."""
    assert main(["explain", "p002", "Y002", "P002"]) == 0

    told = capsys.readouterr().out
    assert told == explain(["P002", "Y002"]) + "\n"
    assert told.index("P002: the plugin has no such option") < told.index("Y002: a tab stands")


@pytest.mark.parametrize(
    ("code", "cure"),
    [
        ("P0002", 'did you mean "P002"?'),
        ("everything", "`.venv/bin/python -m dsl explain` lists all codes"),
        ("../codes", "`.venv/bin/python -m dsl explain` lists all codes"),
    ],
)
def test_an_unknown_code_is_a_wrong_call(
    code: str, cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the nearest one, if one is near."""
    assert main(["explain", code]) == MISUSED

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f'error: no diagnostic has the code "{code}": {cure}')


def test_the_last_line_of_a_report_is_a_command_that_explains_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each code once, in the order of the messages; it can be pasted as it is."""
    with pytest.raises(PipelineRefused) as refused:
        compile_source(explanation("P002").wrong + "step: 5\nstop: 6\n", "a.yaml", find())

    last = refused.value.render().splitlines()[-1]
    assert last == "to read more: .venv/bin/python -m dsl explain P002 P013"
    assert main(last.partition("python -m dsl ")[2].split()) == 0
    assert "P013: there is no such key" in capsys.readouterr().out
