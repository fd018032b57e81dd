"""The keys of the language, what each is for, and words with a meaning of their own."""

from collections.abc import Mapping

from steps.metadata import KEPT

TOP_KEYS: Mapping[str, str] = {
    "pipeline": "the pipeline's name: part of every path, event and generated file",
    "accept": "which originals are taken: formats and limits",
    "keep": "metadata of the original that its variants keep",
    "defaults": "limits of the steps that say nothing of their own: timeout, memory, retry",
    "engine": "what runs the pipeline: auto, express, or standard",
    "steps": "the steps, in order, each under its name",
}
STEP_KEYS: Mapping[str, str] = {
    "uses": "the step plugin",
    "with": "the plugin's options",
    "variants": "pictures to make of each picture, by name: options that replace those of with",
    "from": "a step above, step.variant or original: the step takes copies, and a branch begins",
    "only": "names of the pictures that the step takes; others go by",
    "when": "a condition on image.*, picture.* and facts; where it is false, the picture goes by",
    "on_error": "what an error of the step does: fail the image, drop the outputs below, or pass",
    "alone": "whether the step has a Lambda function of its own; on_error then covers kills too",
    "timeout": "how long the step may take, such as 30s",
    "memory": "how much memory the step may need, such as 2048MB",
    "retry": "attempts and wait after a kill or a failure of AWS",
}
DEFAULT_KEYS: Mapping[str, str] = {key: STEP_KEYS[key] for key in ("timeout", "memory", "retry")}
RETRY_KEYS: Mapping[str, str] = {
    "attempts": "how often a stage is tried, the first time included",
    "wait": "seconds before the second try; they double after each",
}

ENGINES = ("auto", "express", "standard")
KEEPS = KEPT
MAX_OUTPUTS = 100  # pictures that an image becomes, rule 8
ORIGINAL = "original"  # in `from`: the opened original, that no step has touched

# Names with a meaning of their own in expressions and in `from:`.
RESERVED = (
    "image",
    "picture",
    ORIGINAL,
    "and",
    "or",
    "not",
    "in",
    "else",
    "exists",
    "true",
    "false",
    "null",
)
