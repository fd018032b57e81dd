"""Cases: what is made of which source, in words that each contender can carry out."""

from dataclasses import dataclass, field
from typing import Literal

from steps.formats import Format

MARK = "© Darkroom"


@dataclass(frozen=True)
class Output:
    """A box in pixels that a picture is fitted into; with `cover`, it is filled and cut."""

    width: int
    height: int | None = None
    cover: bool = False

    def options(self) -> str:
        """Return the options of a variant of `resize`, as pipeline.yaml writes them."""
        height = f", height: {self.height}" if self.height else ""
        return f"{{ width: {self.width}{height}{', fit: cover' if self.cover else ''} }}"


THREE = {
    "thumbnail": Output(150, 150, cover=True),
    "medium": Output(800),
    "large": Output(1920),
}


@dataclass(frozen=True)
class Case:
    """A source, and the outputs that are made of it in a format."""

    name: str
    title: str
    source: str
    format: Format = "jpeg"
    marked: bool = False
    animated: bool = False
    outputs: dict[str, Output] = field(default_factory=lambda: dict(THREE))

    def pipeline(self) -> str:
        """Return the pipeline file by which Darkroom does it."""
        sizes = (f"      {name}: {each.options()}\n" for name, each in self.outputs.items())
        lines = [
            "pipeline: bench\n",
            "accept: { max_bytes: 100MB",
            ", max_frames: 100 }\n" if self.animated else " }\n",
            "steps:\n  check:\n    uses: validate\n  sizes:\n    uses: resize\n    variants:\n",
            *sizes,
        ]
        if self.marked:
            only = ", ".join(name for name, each in self.outputs.items() if not each.cover)
            words = f'{{ text: "{MARK}", opacity: 0.4 }}'
            lines.append(f"  brand:\n    uses: watermark\n    only: [{only}]\n    with: {words}\n")
        if self.format not in {"jpeg", "gif", "png"}:
            lines.append(f"  out:\n    uses: convert\n    with: {{ format: {self.format} }}\n")
        return "".join(lines)


Which = Literal["darkroom", "sharp", "pyvips", "pillow"]
CONTENDERS: dict[Which, str] = {
    "darkroom": "Darkroom",
    "sharp": "sharp",
    "pyvips": "pyvips",
    "pillow": "Pillow",
}

CASES = (
    Case("jpeg-6mp", "6 MP photo to three JPEGs", "photo-6mp.jpg"),
    Case("jpeg-24mp", "24 MP photo to three JPEGs", "photo-24mp.jpg"),
    Case("mark-6mp", "6 MP photo to three JPEGs, two marked", "photo-6mp.jpg", marked=True),
    Case("mark-24mp", "24 MP photo to three JPEGs, two marked", "photo-24mp.jpg", marked=True),
    Case("webp-6mp", "6 MP photo to three WebPs", "photo-6mp.jpg", "webp"),
    Case(
        "avif-6mp",
        "6 MP photo to two AVIFs",
        "photo-6mp.jpg",
        "avif",
        outputs={"thumbnail": THREE["thumbnail"], "medium": Output(640)},
    ),
    Case(
        "gif",
        "animated GIF to two",
        "animation.gif",
        "gif",
        animated=True,
        outputs={"small": Output(120), "medium": Output(240)},
    ),
    Case("png-49mp", "49 MP PNG to three PNGs", "picture-49mp.png", "png"),
)


def of_photo(name: str, megapixels: float) -> tuple[Case, ...]:
    """Return the cases of somebody's own JPEG."""
    title = f"{name}, {megapixels:.1f} MP, to three JPEGs"
    return (Case(f"{name}-jpeg", title, name), Case(f"{name}-mark", f"{title}, two marked", name))
