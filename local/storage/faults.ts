/** What the storage account does instead of its work. */
export type Fault =
  | { readonly kind: "answer"; readonly status: number }
  /** The connection breaks before the call is carried out. */
  | { readonly kind: "cut" }
  /** The connection breaks after the call was carried out. */
  | { readonly kind: "loseAnswer" };

type Times = number | "always";

/** Trouble of the storage account, for tests and the demo. */
export interface StorageFaults {
  answer(status: number, times: Times): void;
  cut(times: Times): void;
  loseAnswer(times: Times): void;
  /** Every call takes so much longer, in milliseconds. */
  delay(ms: number): void;
  clear(): void;
}

/** Trouble, as the proxy asks for it. */
export interface FaultSource extends StorageFaults {
  next(): Fault | undefined;
  delayMs(): number;
}

export const createFaults = (): FaultSource => {
  let fault: Fault | undefined;
  let left = 0;
  let delay = 0;
  const set = (next: Fault, times: Times): void => {
    fault = next;
    left = times === "always" ? Infinity : times;
  };
  return {
    answer: (status, times) => set({ kind: "answer", status }, times),
    cut: (times) => set({ kind: "cut" }, times),
    loseAnswer: (times) => set({ kind: "loseAnswer" }, times),
    delay: (ms) => {
      delay = ms;
    },
    clear: () => {
      left = 0;
      delay = 0;
    },
    next: () => {
      if (left <= 0) return undefined;
      left -= 1;
      return fault;
    },
    delayMs: () => delay,
  };
};
