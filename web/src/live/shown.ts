/** Whether somebody can see an element: inside the window, on the visible page. */
export function watchShown(place: Element, changed: (shown: boolean) => void): () => void {
  let inWindow = false;
  let shown = false;
  const update = (): void => {
    const next = inWindow && document.visibilityState === "visible";
    if (next === shown) return;
    shown = next;
    changed(shown);
  };
  const observer = new IntersectionObserver((entries) => {
    inWindow = entries.at(-1)?.isIntersecting ?? false;
    update();
  });
  observer.observe(place);
  document.addEventListener("visibilitychange", update);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", update);
  };
}
