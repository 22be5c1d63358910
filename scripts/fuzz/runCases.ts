import { AsyncLocalStorage } from "node:async_hooks";

import type { RegisteredFunction } from "../../local/host/coreModule.ts";
import type { LogEntry } from "../../local/host/hostLog.ts";
import type { InvocationData } from "../../local/host/invoke.ts";
import { describeCase } from "./describeCase.ts";
import type { Findings } from "./findings.ts";
import { fire, type Fired, type FireParts } from "./fire.ts";
import type { FuzzCase } from "./fuzzCase.ts";

/** Cases at once: enough for two processors, and few enough for each to be fast. */
const AT_ONCE = 16;
const SLOW_MS = 2000;
const SLOW_AGAIN_MAX = 20;
/** So often is memory looked at in a run. */
const SAMPLES = 48;
const SAMPLE_CASES_MIN = 500;

/** Which case is going on, and why its function failed. */
interface Going {
  readonly at: number;
  error?: unknown;
  /** What it has logged last as an error. */
  said?: string;
}

export interface RunOptions {
  readonly first: number;
  readonly cases: number;
  readonly makeCase: (at: number) => FuzzCase;
  readonly findings: Findings;
  /** Told of every case that has ended. */
  readonly onFired?: (at: number, fired: FuzzCase, result: string) => void;
}

export interface Run {
  /** Cases that have ended. */
  readonly done: () => number;
  /** Every case before this one has ended. */
  readonly first: () => number;
  /** Heap sizes after garbage collection, in bytes. */
  readonly heaps: () => readonly number[];
  /** How often a case of a kind ended so. */
  readonly results: () => ReadonlyMap<string, number>;
  /** Resolves when all cases were fired. */
  readonly fired: Promise<void>;
  /** An invocation has failed. */
  readonly onFailure: (fn: RegisteredFunction, data: InvocationData, error: unknown) => void;
  /** Something was logged. */
  readonly onLog: (entry: LogEntry) => void;
  /** Fires once more, alone, what was slow or put off: a finding only when it is so again. */
  readonly repeatSlow: () => Promise<void>;
}

const stackOf = (error: unknown): { readonly stack?: string } =>
  error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** The documented giving back: the message comes again. */
const isGivenBack = (error: unknown): boolean => error instanceof Error && error.name === "GivenBack";

/**
 * The library reads JSON in the texts of a message before it calls the function, and one that is 10,000 deep is too deep
 * for it. Nothing of ours can run then: the broker gives up on the message, and it must be kept all the same.
 */
const isBeforeCall = (error: unknown): boolean =>
  error instanceof RangeError && error.stack?.includes("toCamelCaseValue") === true;

const heapAfterCollection = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Fires cases, several at a time, and judges each. */
export const makeRun = (options: RunOptions, parts: () => FireParts): Run => {
  const { first, cases, makeCase, findings, onFired } = options;
  const going = new AsyncLocalStorage<Going>();
  const open = new Set<number>();
  const slow: number[] = [];
  const heaps: number[] = [];
  const results = new Map<string, number>();
  const sampleEvery = Math.max(SAMPLE_CASES_MIN, Math.floor(cases / SAMPLES));
  let next = 0;
  let done = 0;

  const judge = ({ at, error, said }: Going, fired: FuzzCase, { result, detail }: Fired): void => {
    const isBad = /^5\d\d$/.test(result) || result === "no answer" || result === "cut off";
    if (!isBad) return;
    const about = { where: fired.name, at, input: describeCase(fired), ...stackOf(error) };
    const why = error === undefined ? (said ?? detail) : messageOf(error);
    if (/^5\d\d$/.test(result)) findings.add({ ...about, kind: "5xx", detail: `${result} ${why}` });
    else findings.add({ ...about, kind: "no answer", detail: `${result} ${why}` });
  };

  const runOne = async (at: number, onSlow: (why: string, fired: FuzzCase) => void): Promise<void> => {
    const fired = makeCase(at);
    const store: Going = { at };
    const startMs = performance.now();
    const ended = await going.run(store, async (): Promise<Fired> => {
      try {
        return await fire(fired, parts());
      } catch (error) {
        store.error ??= error;
        if (isGivenBack(error)) return { result: "given back", detail: "" };
        if (isBeforeCall(error)) return { result: "too deep for the library", detail: "" };
        findings.add({
          kind: "threw",
          where: fired.name,
          detail: messageOf(error),
          at,
          input: describeCase(fired),
          ...stackOf(error),
        });
        return { result: "threw", detail: "" };
      }
    });
    const ms = performance.now() - startMs;
    // A timer goes through all there is: it has minutes
    if (ms > SLOW_MS && fired.kind !== "timer") onSlow(`took ${Math.round(ms)} ms`, fired);
    // The words for "not now" of trouble that is our own
    if (ended.result === "429") onSlow(`429 ${store.said ?? ""}`, fired);
    judge(store, fired, ended);
    const key = `${fired.kind} ${ended.result}`;
    results.set(key, (results.get(key) ?? 0) + 1);
    onFired?.(at, fired, ended.result);
  };

  const work = async (): Promise<void> => {
    while (next < cases) {
      const at = first + next;
      next += 1;
      open.add(at);
      await runOne(at, () => slow.push(at));
      open.delete(at);
      done += 1;
      if (done % sampleEvery === 0) heaps.push(heapAfterCollection());
    }
  };

  return {
    done: () => done,
    first: () => Math.min(first + next, ...open),
    heaps: () => heaps,
    results: () => results,
    fired: Promise.all(Array.from({ length: AT_ONCE }, work)).then(() => undefined),
    onFailure: (fn, data, error) => {
      const store = going.getStore();
      // A case of its own tells of it
      if (store !== undefined) store.error = error;
      else if (!isGivenBack(error) && !isBeforeCall(error)) {
        const input = JSON.stringify(data.triggerMetadata).slice(0, 400);
        const tagged = /fuzz-\d+-(?<at>\d+)/.exec(input)?.groups?.["at"];
        findings.add({
          kind: "threw",
          where: fn.metadata.name,
          detail: messageOf(error),
          input,
          ...(tagged === undefined ? {} : { at: Number(tagged) }),
          ...stackOf(error),
        });
      }
    },
    onLog: ({ level, message }) => {
      const store = going.getStore();
      if (store !== undefined && level === "error") store.said = message;
    },
    repeatSlow: async () => {
      for (const at of slow.slice(0, SLOW_AGAIN_MAX))
        await runOne(at, (why, fired) =>
          findings.add({
            kind: "slow",
            where: fired.name,
            detail: `${why}, and was fired twice`,
            at,
            input: describeCase(fired),
          }),
        );
    },
  };
};
