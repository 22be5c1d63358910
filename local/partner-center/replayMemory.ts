import type { Answer } from "./answer.ts";

export interface ReplayBounds {
  readonly replayWindowMs: number;
  readonly replayMaxEntries: number;
}

export interface ReplayMemory {
  /**
   * Runs `process` for a new key; a repeat within the window gets what the first one got, and waits for it if need be.
   * What fails is not remembered.
   */
  run(key: string, nowMs: number, process: () => Promise<Answer>): Promise<Answer>;
  clear(): void;
}

interface Entry {
  readonly answer: Promise<Answer>;
  readonly atMs: number;
}

/** Remembers the answers to calls that change something, within bounds. */
export const createReplayMemory = (bounds: () => ReplayBounds): ReplayMemory => {
  // A Map keeps the order of arrival, so the oldest entry comes first
  const entries = new Map<string, Entry>();

  const forgetOld = (nowMs: number): void => {
    const { replayWindowMs, replayMaxEntries } = bounds();
    for (const [key, { atMs }] of entries) {
      if (entries.size < replayMaxEntries && nowMs - atMs < replayWindowMs) return;
      entries.delete(key);
    }
  };

  return {
    run: (key, nowMs, process) => {
      const known = entries.get(key);
      if (known !== undefined && nowMs - known.atMs < bounds().replayWindowMs) return known.answer;
      forgetOld(nowMs);
      const entry: Entry = { answer: process(), atMs: nowMs };
      entries.delete(key);
      entries.set(key, entry);
      entry.answer.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      return entry.answer;
    },
    clear: () => entries.clear(),
  };
};
