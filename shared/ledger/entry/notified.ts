import { toChange, type Change } from "./change.ts";
import type { Entry, Step } from "./entry.ts";

/** A ticket that was told. */
export interface Notified {
  readonly at: string;
  readonly host: string;
  /** HTTP status of the ticketing system. */
  readonly status: number;
}

/** The ticket was told of the latest end. Pure; what the ledger does not know is not noted. */
export const noteCallback = (
  entry: Entry | undefined,
  { at, host, status }: Notified,
): { readonly change?: Change } => {
  const request = entry?.request;
  if (entry === undefined || request === undefined) return {};
  const step: Step = { at, event: "notified", run: request.run, why: `${host} answered ${status}` };
  return { change: toChange(entry, at, {}, [step]) };
};
