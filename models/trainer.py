"""The trainer of ultralytics with our pictures, and checkpoints that are whole or not there."""

from copy import copy
from pathlib import Path
from typing import Any

import torch
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils.torch_utils import unwrap_model

from models.pictures import CameraPictures, PlainPictures


class PpeTrainer(DetectionTrainer):  # type: ignore[misc]
    """Differs from its parent in pictures, memory layout on a CPU, and how files are saved."""

    def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> Any:
        """Site-camera pictures to learn from; plain ones to measure on."""
        learned = mode == "train"
        kind = CameraPictures if learned else PlainPictures
        return kind(
            img_path=img_path,
            imgsz=self.args.imgsz,
            batch_size=batch,
            augment=learned,
            rect=not learned,
            hyp=copy(self.args),
            cache=self.args.cache,
            stride=max(int(unwrap_model(self.model).stride.max()), 32),
            pad=0.0 if learned else 0.5,
            data=self.data,
            task=self.args.task,
        )

    def set_model_attributes(self) -> None:
        """Also picks the memory layout: channels last is up to twice as fast on a CPU."""
        super().set_model_attributes()
        self.model.to(memory_format=torch.channels_last)

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        """As the parent does, in the layout of the network."""
        batch = super().preprocess_batch(batch)
        batch["img"] = batch["img"].contiguous(memory_format=torch.channels_last)
        return batch

    def save_model(self) -> Any:
        """Writes beside the checkpoints and renames: a kill or a full disk leaves the old ones."""
        whole = {name: getattr(self, name) for name in ("last", "best")}
        parts = {name: path.with_suffix(".part") for name, path in whole.items()}
        self.last, self.best = parts["last"], parts["best"]
        try:
            saved = super().save_model()
            for name, part in parts.items():
                if part.is_file():
                    part.rename(whole[name])
        finally:
            self.last, self.best = whole["last"], whole["best"]
            for part in parts.values():
                Path(part).unlink(missing_ok=True)
        return saved
