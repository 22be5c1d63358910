import type { Arrow } from "../rooms/readArrows.ts";

/** A thread is started by its address, which no import shows. */
const BY_ADDRESS: readonly Arrow[] = [
  { from: "shared/ticket/mapping/mapper.ts", to: "shared/ticket/mapping/worker.ts", isType: false },
];

/**
 * Who first: pure tests, then those with a server; end-to-end tests and what tests only the local host never.
 * Pure tests leave nothing behind: they share one set of modules, and all of them take seconds. A test
 * that fails once and then passes has not noticed the fault: it may only have had too little of the machine.
 */
export const GROUPS = [
  {
    name: "unit",
    options: ["--no-isolate", "--retry=1"],
    fits: (file: string) => file.startsWith("test/unit/"),
  },
  {
    name: "integration",
    options: ["--retry=1"],
    fits: (file: string) =>
      file.startsWith("test/integration/") && !file.startsWith("test/integration/local/host/"),
  },
] as const;

export type Group = (typeof GROUPS)[number]["name"];

/** The tests that import a file, over as many others as may be. */
export const relatedTests = (arrows: readonly Arrow[], file: string): readonly string[] => {
  const importers = Map.groupBy(
    [...arrows, ...BY_ADDRESS].filter(({ isType }) => !isType),
    ({ to }) => to,
  );
  const found = new Set([file]);
  for (const one of found) for (const { from } of importers.get(one) ?? []) found.add(from);
  return [...found].filter((one) => one.endsWith(".test.ts")).toSorted();
};
