"""What is wrong with a step's pictures, in words: `only`, `variants`, names and numbers."""

from collections.abc import Sequence as Items

from dsl.diagnostics import Report
from dsl.draft import Draft, Resolved
from dsl.model import Name
from dsl.pictures import Picture, names_of
from dsl.suggest import did_you_mean, nearest
from dsl.tree import Scalar


def check_step(step: Resolved, pictures: Items[Picture], draft: Draft, report: Report) -> None:
    """Report what the rules of the flow do not allow of `step`, to which `pictures` come."""
    entry = step.entry
    if entry.variants_key:
        _check_variants(step, report)
    for picture in pictures:
        _check_words(step, picture, report)
    # Variants that could not be read may well have made the picture that is asked for.
    unclear = not all(each.is_clear for each in draft.steps)
    if entry.only_words:
        _refuse_words(entry.only_words, entry.only or (), pictures, unclear, report)
    elif not unclear:
        for name in entry.only or ():
            _check_only(name, pictures, report)


def _check_variants(step: Resolved, report: Report) -> None:
    """Refuse what cannot be together with `variants` (rule 5)."""
    entry = step.entry
    if entry.variants_key and entry.when:
        report.add(
            "D302",
            entry.when.key,
            f"`{step.name}` has variants, so it cannot have `when`",
            cure="put the condition on a step above or below",
            note="its pictures are promised before the run",
        )
    if entry.on_error and step.on_error == "pass":
        report.add(
            "D308",
            entry.on_error.value,
            f"on an error, `{step.name}` would publish the picture as it came as each variant",
            cure="write on_error: drop, or leave it out (fail)",
        )
    if entry.variants_key and step.is_facts:
        report.add(
            "D312",
            entry.variants_key,
            f"`{step.name}` tells facts and makes no pictures, so it cannot have variants",
            cure="remove them, or use a plugin that makes pictures",
        )


def _check_words(step: Resolved, picture: Picture, report: Report) -> None:
    """Refuse a branch's or a variant's name that the picture's way has already."""
    entry, words = step.entry, picture.words
    if entry.begins_branch:
        if step.name in words:
            _refuse_word(entry.name, words, "picture that it takes", "step", report)
        words = (*words, step.name)
    if entry.only is not None and not any(picture.matches(each.text) for each in entry.only):
        return
    for variant in entry.variants:
        if variant.name.text in words:
            comes = f"picture that comes to `{step.name}`"
            _refuse_word(variant.name, words, comes, "variant", report)


def _refuse_word(word: Name, words: Items[str], where: str, of: str, report: Report) -> None:
    report.add(
        "P027",
        word.span,
        f'"{word.text}" is part of the name of a {where}',
        cure=f"give the {of} another name, say {word.text}_2",
        note=f"the picture would be called {'-'.join((*words, word.text))}, "
        f"and only: [{word.text}] would mean two things",
    )


def _refuse_words(
    words: Scalar, names: Items[Name], pictures: Items[Picture], unclear: bool, report: Report
) -> None:
    """Refuse a text in place of the list of `only`, and say which list was meant."""
    here = names_of(pictures)
    known = [
        name.text
        if unclear or any(picture.matches(name.text) for picture in pictures)
        else nearest(name.text, here)
        for name in names
    ]
    meant = ", ".join(dict.fromkeys(each for each in known if each))
    otherwise = "list some of those allowed" if here else "remove `only`"
    report.add(
        "P015",
        words.span,
        '"only" is a list, this is a text',
        cure=f"write: only: [{meant}]" if meant and None not in known else otherwise,
        allowed=() if unclear else here,
        note="" if here or unclear else "nothing above has made a picture yet",
    )


def _check_only(name: Name, pictures: Items[Picture], report: Report) -> None:
    if any(picture.matches(name.text) for picture in pictures):
        return
    here = names_of(pictures)
    report.add(
        "P019",
        name.span,
        f'no picture called "{name.text}" comes here',
        cure=did_you_mean(name.text, here, "use one of those listed" if here else "remove `only`"),
        allowed=here,
        note="" if here else "nothing above has made a picture yet",
    )


def refuse_names(names: Items[str], first: Resolved, second: Resolved, report: Report) -> None:
    """Report outputs of `first` and of `second` that have the same names."""
    lines = [report.line(each.entry.name.span) for each in (first, second)]
    makers = f"`{first.name}` ({lines[0]}) and `{second.name}` ({lines[1]})"
    cure = "rename a variant, or the step that begins a branch"
    if second.entry.begins_branch:
        cure = f"rename the step, say {second.name}_2: it begins a branch, and is in the name"
    is_one = len(names) == 1
    report.add(
        "D306",
        second.entry.name.span,
        f"two outputs are called `{names[0]}`: {makers}"
        if is_one
        else f"{makers} make outputs of the same {len(names)} names",
        label=f"{', '.join(names)} would overwrite {'that' if is_one else 'those'} of {first.name}",
        cure=cure,
        note="a picture is called by its variants and branches, else by the last step to make it",
    )


def refuse_width(step: Resolved, number: int, most: int, report: Report) -> None:
    """Report a step that makes more pictures of an image than a plan may have."""
    report.add(
        "P028",
        step.entry.variants_key or step.entry.name.span,
        f"`{step.name}` makes {number} pictures of an image, the most is {most}",
        cure="use fewer variants, or a second pipeline",
    )


def refuse_outputs(step: Resolved, number: int, most: int, report: Report) -> None:
    """Report the step with which the outputs of all branches become too many."""
    report.add(
        "P028",
        step.entry.variants_key or step.entry.name.span,
        f"with `{step.name}`, the pipeline promises {number} outputs, the most is {most}",
        cure="use fewer variants or branches, or a second pipeline",
    )


def refuse_depth(step: Resolved, most: int, report: Report) -> None:
    """Report a step that stands below more others than a plan can hold."""
    report.add(
        "P028",
        step.entry.name.span,
        f"`{step.name}` is the step after {most} others, the most a picture goes through",
        cure="make one plugin of several steps",
    )


def refuse_passages(step: Resolved, number: int, most: int, report: Report) -> None:
    """Report the step with which a plan becomes larger than functions carry about."""
    report.add(
        "P028",
        step.entry.name.span,
        f"with `{step.name}`, {number:,} pictures go through a step each, the most is {most:,}",
        cure="put steps above `variants`, make one plugin of several, or use fewer variants",
    )
