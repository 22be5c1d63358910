import type { Clock } from "../clock.ts";
import { filePoison, type Failure } from "../ledger/entry/poison.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Log } from "../log.ts";
import type { Patiently } from "../wait/patiently.ts";

export interface FileDeps {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, "change">;
  readonly patiently: Patiently;
}

export type FilePoison = (failure: Failure, log: Log) => Promise<void>;

/** Files a poison message in the ledger, where an operator finds it. Throws when the ledger stays out of reach. */
export const makeFilePoison =
  ({ clock, ledger, patiently }: FileDeps): FilePoison =>
  async (failure, log) => {
    const at = new Date(clock.now()).toISOString();
    const { id, refusal } = failure;
    const { change } = await patiently(
      "ledger",
      () => ledger.change(id, (entry) => filePoison(entry, failure, at)),
      log,
    );
    const failures = change?.entry.poison?.failures;
    if (failures !== undefined) log("poison.filed", { id, category: refusal.category, failures });
  };
