"""The card of a data set version: what is in it, where it comes from, what was left out."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.source import Source
from core.dataset import CLASSES, HEAD_BOX, LabelledPicture

if TYPE_CHECKING:
    from annotation.build import BuildReport


def write_card(
    name: str,
    sources: Sequence[Source],
    pictures: Sequence[LabelledPicture],
    report: "BuildReport",
    fingerprint: str,
    folder: Path,
) -> None:
    """Writes card.json and, for people, card.md."""
    card = {
        "name": name,
        "version": fingerprint[:12],
        "fingerprint": fingerprint,
        "classes": list(CLASSES),
        "box_convention": HEAD_BOX,
        "sources": [_source(source, pictures, report) for source in sources],
        "counts": counts(pictures),
    }
    text = json.dumps(card, ensure_ascii=False, indent=2)
    (folder / "card.json").write_text(f"{text}\n", "utf-8")
    (folder / "card.md").write_text(_markdown(card), "utf-8")


def counts(pictures: Sequence[LabelledPicture]) -> dict[str, dict[str, int]]:
    """By split: pictures, pictures without boxes, boxes of each class, how many were filled in."""
    table: dict[str, Counter[str]] = {}
    for picture in pictures:
        row = table.setdefault(picture.split.value, Counter())
        row["pictures"] += 1
        row["empty"] += not len(picture.xyxy)
        row["ignored"] += len(picture.ignored)
        for class_id, filled in zip(picture.class_id, picture.filled, strict=True):
            row[CLASSES[class_id]] += 1
            row["filled"] += int(filled)
    columns = ("pictures", "empty", *CLASSES, "filled", "ignored")
    return {split: {column: row[column] for column in columns} for split, row in table.items()}


def _source(
    source: Source, pictures: Sequence[LabelledPicture], report: "BuildReport"
) -> dict[str, Any]:
    return {
        "name": source.name,
        "licence": source.licence,
        "labelled": list(source.labelled),
        "pictures": sum(picture.source == source.name for picture in pictures),
        "copies_left_out": report.copies[source.name],
        "leaks_left_out": report.leaks[source.name],
        "mirrored_left_out": report.mirrored[source.name],
    }


def _markdown(card: dict[str, Any]) -> str:
    counts, sources = card["counts"], card["sources"]
    columns = list(next(iter(counts.values())))
    rows = [[split, *(str(n) for n in row.values())] for split, row in counts.items()]
    of_source = [[str(source[key]) for key in source if key != "labelled"] for source in sources]
    return "\n".join(
        [
            f"# {card['name']} {card['version']}",
            "",
            f"Fingerprint (SHA-256 over pictures and labels): `{card['fingerprint']}`",
            "",
            f"Boxes: {card['box_convention']}.",
            "",
            *_table(["split", *columns], rows),
            "",
            *_table([key for key in sources[0] if key != "labelled"], of_source),
            "",
        ]
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
