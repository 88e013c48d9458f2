/** What a form needs while the service works: whether it is busy, and what it refused. */
import { ref } from "vue";
import { asProblem, type Problem } from "../api/client";

export function useWork() {
  const busy = ref(false);
  const problem = ref<Problem | null>(null);

  /** Whether it was done; otherwise `problem` says why not. */
  async function work(action: () => Promise<void>): Promise<boolean> {
    busy.value = true;
    problem.value = null;
    try {
      await action();
      return true;
    } catch (error) {
      problem.value = asProblem(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, problem, work };
}
