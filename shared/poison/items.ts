import type { Entry, Step } from "../ledger/entry/entry.ts";
import type { Item } from "./operation.ts";

/** What has become of an item that was sent. */
export type ItemResult =
  | { readonly kind: "pending" }
  | { readonly kind: "done" }
  | { readonly kind: "failed" | "skipped"; readonly why: string }
  /** Another replay came after it: only the history tells. */
  | { readonly kind: "inHistory" };

const PENDING: ItemResult = { kind: "pending" };

const refusedWhy = (entry: Entry): string => {
  const { category, description, meaning } = entry.poison?.latest ?? {};
  const end = entry.request?.end;
  if (end?.outcome === "refused") return `${end.category}: ${end.description ?? end.meaning}`;
  return `${category ?? "refused"}: ${description ?? meaning ?? ""}`;
};

/** The result of a run, as far as the entry tells. Pure. */
export const resultOf = (entry: Entry | undefined, run: number): ItemResult => {
  const poison = entry?.poison;
  if (entry === undefined || poison === undefined) {
    return { kind: "skipped", why: "there is no such poison message any more" };
  }
  const { lastReplay, skipped } = poison;
  if (lastReplay === undefined || lastReplay.run < run) return PENDING;
  if (lastReplay.run > run) return { kind: "inHistory" };
  switch (lastReplay.result) {
    case "applied":
      return { kind: "done" };
    case "refused":
      return { kind: "failed", why: refusedWhy(entry) };
    case "skipped":
      return {
        kind: "skipped",
        why: `request "${skipped?.newerRequestId ?? ""}" is newer and has been applied`,
      };
    default:
      return lastReplay.result satisfies never;
  }
};

/** The result of a run out of the history. Pure. */
export const resultInHistory = (history: readonly Step[], run: number): ItemResult => {
  const last = history.findLast((step) => step.run === run && step.event !== "waiting");
  if (last?.event === "applied") return { kind: "done" };
  if (last?.event === "skipped") return { kind: "skipped", why: last.why ?? "" };
  return last?.event === "refused"
    ? { kind: "failed", why: `${last.category ?? "refused"}: ${last.why ?? ""}` }
    : PENDING;
};

/** An item with its result; undefined while it is pending. */
export const withResult = (item: Item, result: ItemResult): Item | undefined => {
  switch (result.kind) {
    case "done":
      return { ...item, state: "done" };
    case "failed":
    case "skipped":
      return { ...item, state: result.kind, why: result.why };
    case "pending":
    case "inHistory":
      return undefined;
    default:
      return result satisfies never;
  }
};
