import type { Clock } from "../../clock.ts";
import type { FailingLetters } from "../store/failingLetters.ts";
import type { Drained } from "./drain.ts";

export interface ForgetGoneDeps {
  readonly clock: Clock;
  readonly failing: Pick<FailingLetters, "remove">;
}

/** Forgets letters that somebody else took off their queue, or whose queue was made anew. */
export type ForgetGone = (drained: Drained) => Promise<Drained>;

/** Longer than any lock: a letter that should have been tried so long ago, and is not there, has been taken away. */
const GONE_MS = 10 * 60_000;

export const makeForgetGone =
  ({ clock, failing }: ForgetGoneDeps): ForgetGone =>
  async (drained) => {
    // Who has not read to the end cannot say what is not there
    if (!drained.isAll) return drained;
    const before = new Date(clock.now() - GONE_MS).toISOString();
    const left = new Map(drained.failing);
    for (const [id, { nextAt }] of drained.failing) {
      if (drained.seen.has(id) || nextAt >= before) continue;
      left.delete(id);
      await failing.remove(id);
    }
    return { ...drained, failing: left };
  };
