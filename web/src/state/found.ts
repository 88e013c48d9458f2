/** A list that is searched while somebody types, and read page by page. */
import { onBeforeUnmount, ref, shallowRef, watch } from "vue";
import { useWork } from "./work";

const WAIT_MS = 250;

/** `read` takes the first page (null), or the next one.
 *
 * ask: one page of what has `search` in it, from the place `after` on.
 */
export function useFound<T>(ask: (search: string, after: string | null) => Promise<{ items: T[]; next?: string | null }>) {
  const { busy, problem, work } = useWork();
  const search = ref("");
  const items = shallowRef<T[] | null>(null);
  const next = ref<string | null>(null);
  let later: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  const read = (after: string | null) =>
    work(async () => {
      const mine = (turn += 1);
      const page = await ask(search.value.trim(), after);
      if (mine !== turn) return;
      items.value = after === null ? page.items : [...(items.value ?? []), ...page.items];
      next.value = page.next ?? null;
    });

  watch(search, () => {
    clearTimeout(later);
    later = setTimeout(() => void read(null), WAIT_MS);
  });
  onBeforeUnmount(() => clearTimeout(later));
  return { busy, problem, work, search, items, next, read };
}
