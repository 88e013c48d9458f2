"""Evaluations as a table of plain text, one beside the other."""

from collections.abc import Iterator, Sequence

from core.dataset import CLASSES
from models.evaluation import HEADS, Evaluation
from models.metrics import HEAD_HEIGHTS


def table(evaluations: Sequence[Evaluation]) -> str:
    """One column per model. All are of one split of one data set version."""
    first = evaluations[0]
    rows = [("", *(e.model for e in evaluations)), *_rows(evaluations)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    of = f"{first.data_set}, {first.split} split, fingerprint {first.fingerprint[:12]}"
    return "\n".join([of, *lines])


def _rows(evaluations: Sequence[Evaluation]) -> Iterator[tuple[str, ...]]:
    for name in CLASSES:
        objects = evaluations[0].classes[name].objects
        of_class = [e.classes[name] for e in evaluations]
        yield (f"{name} mAP50 ({objects} objects)", *(_number(f.ap) for f in of_class))
        yield (f"{name} mAP50-95", *(_number(e.map50_95[name]) for e in evaluations))
        yield (f"{name} precision", *(_number(f.precision) for f in of_class))
        yield (f"{name} recall", *(_number(f.recall) for f in of_class))
        yield (f"{name} ECE", *(_number(e.reliability[name].ece) for e in evaluations))
    for name in HEADS:
        yield (f"{name} read as the other", *(_number(e.confusion[name]) for e in evaluations))
        for low, high in HEAD_HEIGHTS:
            sized = [e.by_height[name][f"{low}-{high}"] for e in evaluations]
            label = f"{name} mAP50, {low} to {high} px ({sized[0].objects})"
            yield (label, *(_number(f.ap) for f in sized))
    for source, cells in evaluations[0].by_source.items():
        for name, cell in cells.items():
            if cell.objects:
                yield (
                    f"{name} mAP50, {source} ({cell.objects})",
                    *(_number(e.by_source[source][name].ap) for e in evaluations),
                )


def _number(value: float) -> str:
    return f"{value:.3f}"
