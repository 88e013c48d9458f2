"""Label files of other tools: YOLO, COCO and Pascal VOC."""
