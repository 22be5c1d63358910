import type { Finding } from "./report.ts";

/** What was found, each once with its first case. */
export interface Findings {
  readonly add: (finding: Omit<Finding, "count">) => void;
  readonly all: () => readonly Finding[];
}

const KEPT_MAX = 100;

/** The place of a failure in the sources; what is below it does not tell two failures apart. */
const placeOf = (stack: string): string => /^\s+at .*\/(?:shared|functions)\/.*$/m.exec(stack)?.[0] ?? "";

const keyOf = ({ kind, where, detail, stack = "" }: Omit<Finding, "count">): string =>
  JSON.stringify([kind, where, detail.replaceAll(/[0-9a-f-]{8,}|\d+/g, "#").slice(0, 80), placeOf(stack)]);

export const makeFindings = (): Findings => {
  const found = new Map<string, Finding>();
  return {
    add: (finding) => {
      const key = keyOf(finding);
      const known = found.get(key);
      if (known !== undefined) found.set(key, { ...known, count: known.count + 1 });
      else if (found.size < KEPT_MAX) found.set(key, { ...finding, count: 1 });
    },
    all: () => [...found.values()],
  };
};
