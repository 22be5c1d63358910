import { Heap } from "./heap.ts";

/** The time, and what shall happen at a time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs once that time has come; the function that comes back takes it off again. */
  at(timeMs: number, run: () => void): () => void;
}

/** What shall happen when, in the order of time; those for the same time in the order they were put down. */
export class Timetable {
  readonly #entries = new Heap<() => void>();

  /** When the next one is due, or undefined when there is none. */
  get nextMs(): number | undefined {
    return this.#entries.first()?.key;
  }

  add(timeMs: number, run: () => void): () => void {
    const node = this.#entries.push(timeMs, run);
    return () => this.#entries.remove(node);
  }

  /** Runs what is due by then. */
  runUntil(nowMs: number): void {
    for (let next = this.#entries.first(); next !== undefined && next.key <= nowMs;) {
      this.#entries.remove(next);
      next.value();
      next = this.#entries.first();
    }
  }
}

/** setTimeout takes no more than 2^31 - 1. */
const LONGEST_SLEEP_MS = 2 ** 30;

export interface SystemClock extends Clock {
  stop(): void;
}

/** The clock of this machine. Sleeps until the next thing is due, and keeps no process alive. */
export const startClock = (): SystemClock => {
  const timetable = new Timetable();
  let timer: NodeJS.Timeout | undefined;
  let wakesAtMs = Infinity;

  const sleep = (): void => {
    const nextMs = timetable.nextMs ?? Infinity;
    if (nextMs === wakesAtMs) return;
    clearTimeout(timer);
    wakesAtMs = nextMs;
    if (nextMs === Infinity) return;
    // At least 1 ms: a timer may fire a little early, and must then not spin
    timer = setTimeout(wake, Math.min(Math.max(nextMs - Date.now(), 1), LONGEST_SLEEP_MS)).unref();
  };
  const wake = (): void => {
    wakesAtMs = Infinity;
    timetable.runUntil(Date.now());
    sleep();
  };

  return {
    now: Date.now,
    at(timeMs, run) {
      const cancel = timetable.add(timeMs, run);
      if (timeMs < wakesAtMs) sleep();
      // The timer is left as it is: waking for nothing once is cheaper than a new timer for every message
      return cancel;
    },
    stop: () => clearTimeout(timer),
  };
};
