"""From an uploaded file to the picture of a floor plan: PNG, JPEG, SVG or a page of a PDF.

`python -m hazards.risk.plan_pictures` converts standard input to a PNG on standard output, so that
a file made to break its reader breaks a process of its own.
"""

import io
import resource
import struct
import sys
import warnings
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, tostring

import defusedxml
import pypdfium2 as pdfium
import resvg_py
from defusedxml.ElementTree import fromstring
from PIL import Image, UnidentifiedImageError

from core.errors import AnyanError, PlanFileError

LARGEST_BYTES = 20 * 2**20
LARGEST_PIXELS = 50_000_000
"""A scan of A1 at 200 dpi has 31 million."""
LONGEST_SIDE = 4000
"""Pixels of the stored picture; larger ones are made smaller."""
MEMORY_BYTES = 2 * 2**30
CPU_S = 30
REFUSED = 3
"""Exit status: the file cannot be used, and standard error says why."""
_PICTURES = {"PNG", "JPEG"}
_ACTIVE = {"script", "foreignObject", "iframe", "audio", "video", "handler", "listener"}
_EMBEDDED = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/jpg;base64,")


@dataclass(frozen=True, slots=True)
class PlanPicture:
    """png: the file. width, height: px."""

    png: bytes
    width: int
    height: int

    @classmethod
    def of_png(cls, png: bytes) -> "PlanPicture":
        """png: what to_picture made; its size stands in the header."""
        width, height = struct.unpack(">II", png[16:24])
        return cls(png, width, height)


def to_picture(data: bytes, *, page: int = 1) -> PlanPicture:
    """page: of a PDF, from 1. Raises PlanFileError where the file is none of them or dangerous."""
    if len(data) > LARGEST_BYTES:
        raise PlanFileError(f"the file is larger than {LARGEST_BYTES >> 20} MB: make it smaller")
    if b"%PDF-" in data[:1024]:
        picture = _from_pdf(data, page)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        picture = _from_pixels(_from_svg(data))
    else:
        picture = _from_pixels(data)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return PlanPicture(file.getvalue(), picture.width, picture.height)


def _from_pixels(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=sorted(_PICTURES))
        # The header alone says how large it is: nothing is unpacked before.
        _refuse_large(opened.width, opened.height)
        opened.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise PlanFileError(
            "this is no PNG, JPEG, SVG or PDF, or it is damaged: export the plan again"
        ) from error
    return _on_white(opened)


def _on_white(picture: Image.Image) -> Image.Image:
    """Drawings often have no ground; on a dark page black lines would vanish."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


def _from_pdf(data: bytes, page: int) -> Image.Image:
    try:
        document = pdfium.PdfDocument(data)
        pages = len(document)
    except pdfium.PdfiumError as error:
        raise PlanFileError("this PDF is damaged or has a password: export it again") from error
    if not 1 <= page <= pages:
        raise PlanFileError(f"the PDF has {pages} pages: choose one of them")
    try:
        sheet = document[page - 1]
        width, height = sheet.get_size()
        scale = LONGEST_SIDE / max(width, height, 1.0)
        drawn: Image.Image = sheet.render(scale=scale).to_pil()
        return drawn.convert("RGB")
    except (pdfium.PdfiumError, ValueError) as error:
        raise PlanFileError("this page of the PDF cannot be drawn: export it again") from error


def _from_svg(data: bytes) -> bytes:
    """PNG. What is drawn is the tree that was checked, not the text that came."""
    try:
        root = fromstring(data)
    except (ParseError, defusedxml.DefusedXmlException, ValueError) as error:
        raise PlanFileError("this is no SVG, or it declares entities: export it again") from error
    if _name(root.tag) != "svg":
        raise PlanFileError("this is no SVG: choose a PNG, JPEG, SVG or PDF")
    for element in root.iter():
        _refuse_active(element)
    width, height = _svg_size(root)
    scale = LONGEST_SIDE / max(width, height)
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                tostring(root, "unicode"),
                background="white",
                width=max(1, round(width * scale)),
                height=max(1, round(height * scale)),
            )
        )
    except ValueError as error:
        raise PlanFileError("this SVG cannot be drawn: export it again, or use a PDF") from error


def _refuse_active(element: Element) -> None:
    name = _name(element.tag)
    if name in _ACTIVE:
        raise PlanFileError(f"the SVG holds <{name}>: a plan has no programs in it")
    texts = [element.text or ""] if name == "style" else []
    for key, value in element.attrib.items():
        attribute = _name(key).lower()
        if attribute.startswith("on"):
            raise PlanFileError(f"the SVG holds {attribute}=…: a plan has no programs in it")
        if attribute in {"href", "src"} and not _inside(value):
            raise PlanFileError(f"<{name}> of the SVG refers to another file: embed it first")
        texts.append(value)
    for text in texts:
        lower = text.lower()
        outside = [part for part in lower.split("url(")[1:] if not _inside(part.lstrip(" '\""))]
        if outside or "@import" in lower:
            raise PlanFileError("a style of the SVG refers to another file: embed it first")


def _inside(address: str) -> bool:
    return address.strip().startswith("#") or address.strip().lower().startswith(_EMBEDDED)


def _svg_size(root: Element) -> tuple[float, float]:
    """Width and height in any unit: only their relation counts. Raises PlanFileError."""
    try:
        box = root.get("viewBox", "").replace(",", " ").split()
        sizes = box[2:4] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]
        width, height = (float(size.rstrip("abcdefghijklmnopqrstuvwxyz% ")) for size in sizes)
    except ValueError as error:
        raise PlanFileError("the SVG does not say how large it is: give it a viewBox") from error
    if not (0 < width < 1e7 and 0 < height < 1e7 and 0.01 < width / height < 100):
        raise PlanFileError("the SVG has no usable size: give it a viewBox")
    return width, height


def _refuse_large(width: int, height: int) -> None:
    if width * height > LARGEST_PIXELS:
        millions = LARGEST_PIXELS // 1_000_000
        raise PlanFileError(f"the picture has more than {millions} million pixels: make it smaller")
    if min(width, height) < 16:
        raise PlanFileError("the picture is smaller than 16 pixels: choose a larger one")


def _name(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def main() -> None:
    """argv: the page. Ends with REFUSED where the file cannot be used."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    try:
        picture = to_picture(sys.stdin.buffer.read(), page=int(sys.argv[1]))
    except AnyanError as error:
        sys.stderr.write(error.message)
        raise SystemExit(REFUSED) from error
    sys.stdout.buffer.write(picture.png)


if __name__ == "__main__":
    main()
