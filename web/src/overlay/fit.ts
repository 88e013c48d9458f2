/** Where a picture stands inside its element (object-fit: contain). */

export interface View {
  left: number;
  top: number;
  width: number;
  height: number;
}

export function containedView(
  elementWidth: number,
  elementHeight: number,
  pictureWidth: number,
  pictureHeight: number,
): View {
  if (pictureWidth <= 0 || pictureHeight <= 0) {
    return { left: 0, top: 0, width: elementWidth, height: elementHeight };
  }
  const scale = Math.min(elementWidth / pictureWidth, elementHeight / pictureHeight);
  const width = pictureWidth * scale;
  const height = pictureHeight * scale;
  return { left: (elementWidth - width) / 2, top: (elementHeight - height) / 2, width, height };
}
