"""The keys of the language, what each is for, and those that are not built yet."""

from collections.abc import Mapping

TOP_KEYS: Mapping[str, str] = {
    "pipeline": "the pipeline's name: part of every path, event and generated file",
    "accept": "which originals are taken: formats and limits",
    "keep": "metadata of the original that its variants keep",
    "engine": "what runs the pipeline: auto, or express",
    "steps": "the steps, in order, each under its name",
}
STEP_KEYS: Mapping[str, str] = {
    "uses": "the step plugin",
    "with": "the plugin's options",
    "variants": "pictures to make of each picture, by name: options that replace those of with",
    "only": "names of the pictures that the step takes; others go by",
    "when": "a condition on image.*, picture.* and facts; where it is false, the picture goes by",
    "timeout": "how long the step may take, such as 30s",
    "memory": "how much memory the step may need, such as 2048MB",
    "retry": "attempts and wait after a kill or a failure of AWS",
}
RETRY_KEYS: Mapping[str, str] = {
    "attempts": "how often a stage is tried, the first time included",
    "wait": "seconds before the second try; they double after each",
}

# Part of the language (rules 4, 14, 15 and 18), refused until it is built: what to do until then.
TOP_KEYS_TO_COME: Mapping[str, str] = {
    "defaults": "write the keys at each step",
}
STEP_KEYS_TO_COME: Mapping[str, str] = {
    "from": "a step takes the pictures of the step above it",
    "on_error": "an error fails the image",
    "alone": "all steps run in one stage",
}

ENGINES = ("auto", "express")
KEEPS = ("icc", "copyright", "capture", "gps")

# Names with a meaning of their own in expressions and in `from:`.
RESERVED = (
    "image",
    "picture",
    "original",
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
