"""The trainer of ultralytics with our pictures, and checkpoints that are whole or not there."""

from copy import copy
from pathlib import Path
from typing import Any

import torch
from ultralytics.data.build import InfiniteDataLoader, seed_worker
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils.torch_utils import unwrap_model

from models.pictures import CameraPictures, PlainPictures, Turns


class PpeTrainer(DetectionTrainer):  # type: ignore[misc]
    """Differs from its parent in pictures, memory layout on a CPU, and how files are saved."""

    def __init__(self, overrides: dict[str, Any], epoch_pictures: int) -> None:
        """overrides: settings of ultralytics. epoch_pictures: of one epoch, 0 for all."""
        super().__init__(overrides=overrides)
        self.epoch_pictures = epoch_pictures

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

    def get_dataloader(
        self, dataset_path: str, batch_size: int = 16, rank: int = 0, mode: str = "train"
    ) -> Any:
        """As the parent's, with our turns of the pictures to learn from."""
        loader = super().get_dataloader(dataset_path, batch_size, rank, mode)
        if mode != "train":
            return loader
        pictures = len(loader.dataset)
        self.turns = Turns(pictures, self.epoch_pictures or pictures, self.args.seed)
        return InfiniteDataLoader(
            dataset=loader.dataset,
            batch_size=min(batch_size, len(self.turns)),
            sampler=self.turns,
            num_workers=loader.num_workers,
            prefetch_factor=loader.prefetch_factor,
            pin_memory=loader.pin_memory,
            collate_fn=loader.collate_fn,
            worker_init_fn=seed_worker,
            generator=loader.generator,
            drop_last=loader.drop_last,
        )

    def resume_training(self, ckpt: Any) -> None:
        """As the parent does; the pictures go on where they were, too."""
        super().resume_training(ckpt)
        self.turns.next_epoch = self.start_epoch

    def _close_dataloader_mosaic(self) -> None:
        """As the parent does; it begins anew to load, so the epoch's pictures do as well."""
        super()._close_dataloader_mosaic()
        self.turns.next_epoch = self.epoch

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
