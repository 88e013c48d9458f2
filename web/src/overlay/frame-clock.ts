/** Calls back with the media time of each picture that the element shows. */
export function watchPictures(
  video: HTMLVideoElement,
  shown: (mediaTime: number) => void,
): () => void {
  return "requestVideoFrameCallback" in video
    ? watchByVideoFrame(video, shown)
    : watchByScreenFrame(video, shown);
}

function watchByVideoFrame(video: HTMLVideoElement, shown: (at: number) => void): () => void {
  let handle = 0;
  const next = (_now: number, frame: VideoFrameCallbackMetadata): void => {
    shown(frame.mediaTime);
    handle = video.requestVideoFrameCallback(next);
  };
  handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

function watchByScreenFrame(video: HTMLVideoElement, shown: (at: number) => void): () => void {
  let handle = 0;
  let last = -1;
  const next = (): void => {
    if (video.currentTime !== last) {
      last = video.currentTime;
      shown(last);
    }
    handle = requestAnimationFrame(next);
  };
  handle = requestAnimationFrame(next);
  return () => cancelAnimationFrame(handle);
}
