/** A bounded number of places. */
export interface Slots {
  /** Resolves to true when a place is taken, to false when the signal comes first. */
  take(signal: AbortSignal): Promise<boolean>;
  free(): void;
}

export const createSlots = (count: number): Slots => {
  let left = count;
  const waiters: (() => void)[] = [];
  return {
    take: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve(false);
        else if (left > 0) {
          left -= 1;
          resolve(true);
        } else {
          const onAbort = (): void => {
            waiters.splice(waiters.indexOf(onFree), 1);
            resolve(false);
          };
          const onFree = (): void => {
            signal.removeEventListener("abort", onAbort);
            resolve(true);
          };
          signal.addEventListener("abort", onAbort, { once: true });
          waiters.push(onFree);
        }
      }),
    free: () => {
      const next = waiters.shift();
      if (next === undefined) left += 1;
      else next();
    },
  };
};
