import type { Log } from "../log.ts";
import type { Entries } from "./entries.ts";
import type { Entry } from "./entry/entry.ts";
import { LedgerError } from "./table/errors.ts";

/** One of several entries; undefined when it is not there. */
export type EachRead = Entry | "unreadable" | undefined;

/** So many are named in the log. */
const NAMED_MAX = 5;

/**
 * Entries by their ids, in this order. One that cannot be read says so, in a line of the log for all of them: the others
 * must not wait until somebody has mended it. @throws {LedgerError} for any other trouble
 */
export const readEach = async (
  ledger: Pick<Entries, "read">,
  ids: readonly string[],
  log: Log,
): Promise<readonly EachRead[]> => {
  const read = async (id: string): Promise<EachRead> => {
    try {
      return await ledger.read(id);
    } catch (error) {
      if (error instanceof LedgerError && error.code === "unreadable") return "unreadable";
      throw error;
    }
  };
  const found = await Promise.all(ids.map(read));
  const unreadable = ids.filter((_, index) => found[index] === "unreadable");
  if (unreadable.length > 0)
    log("ledger.passedOver", {
      entries: unreadable.length,
      ids: unreadable.slice(0, NAMED_MAX).join(" "),
      remedy:
        "GET the request or the poison message: it says which row cannot be read; restore it or remove it",
    });
  return found;
};
