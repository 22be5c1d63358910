import type { Events, Log } from "../../shared/log.ts";

export interface LogJournal {
  readonly log: Log;
  readonly entries: readonly { readonly event: keyof Events; readonly fields: unknown }[];
  readonly events: () => readonly (keyof Events)[];
}

/** A log that remembers. */
export const logJournal = (): LogJournal => {
  const entries: { event: keyof Events; fields: unknown }[] = [];
  return {
    entries,
    events: () => entries.map(({ event }) => event),
    log: (event, fields) => {
      entries.push({ event, fields });
    },
  };
};
