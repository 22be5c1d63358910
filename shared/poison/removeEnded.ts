import { present } from "../present.ts";
import { hasEnded } from "./progress.ts";
import type { Operations } from "./store/operations.ts";

/** Removes operations that ended before `before` (ISO 8601), until the time is up. @returns how many */
export type RemoveEnded = (before: string, isTimeUp: () => boolean) => Promise<number>;

const PAGE = 100;

export const makeRemoveEnded =
  (operations: Pick<Operations, "list" | "remove">): RemoveEnded =>
  async (before, isTimeUp) => {
    let removed = 0;
    let after: string | undefined;
    do {
      const page = await operations.list(present({ limit: PAGE, after }));
      for (const operation of page.items) {
        if (!hasEnded(operation) || operation.updatedAt >= before) continue;
        await operations.remove(operation);
        removed += 1;
      }
      after = page.next;
    } while (after !== undefined && !isTimeUp());
    return removed;
  };
