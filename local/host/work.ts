/** Counts what is going on, so that a stop can wait for it. */
export interface Work {
  run<T>(task: () => Promise<T>): Promise<T>;
  count(): number;
  /** Resolves to true when nothing is going on any more, to false when that takes longer. */
  drained(limitMs: number): Promise<boolean>;
}

export const createWork = (): Work => {
  let running = 0;
  const waiters = new Set<() => void>();
  return {
    run: async (task) => {
      running += 1;
      try {
        return await task();
      } finally {
        running -= 1;
        if (running === 0) for (const tell of waiters) tell();
      }
    },
    count: () => running,
    drained: (limitMs) =>
      new Promise<boolean>((resolve) => {
        if (running === 0) {
          resolve(true);
          return;
        }
        const end = (drained: boolean): void => {
          clearTimeout(timer);
          waiters.delete(onDrained);
          resolve(drained);
        };
        const onDrained = (): void => end(true);
        const timer = setTimeout(() => end(false), limitMs);
        waiters.add(onDrained);
      }),
  };
};
