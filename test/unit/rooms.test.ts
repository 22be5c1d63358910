import { describe, expect, test } from "vitest";

import { findProblems } from "../../scripts/rooms/findProblems.ts";
import { readArrows, type Arrow } from "../../scripts/rooms/readArrows.ts";
import { rooms, type Room } from "../../scripts/rooms/table.ts";

const attic: Room = { name: "attic", holds: "", uses: ["hall", "cellar"], face: ["attic/attic.ts"] };
const hall: Room = { name: "hall", holds: "", uses: ["cellar"], face: ["hall/hall.ts"] };
const cellar: Room = { name: "cellar", holds: "", uses: [], face: "open" };
const house = [attic, hall, cellar];

const arrow = (from: string, to: string, isType = false): Arrow => ({
  from: `shared/${from}`,
  to: `shared/${to}`,
  isType,
});

test("every import of shared/ is as the table of rooms has it", () => {
  expect(findProblems(rooms, readArrows(process.cwd(), ["shared"]))).toEqual([]);
});

describe("findProblems()", () => {
  test.each([
    ["down to a face", arrow("attic/a.ts", "hall/hall.ts")],
    ["down past a face for a type", arrow("attic/a.ts", "hall/inner.ts", true)],
    ["down to an open room", arrow("hall/deep/h.ts", "cellar/c.ts")],
    ["within a room", arrow("hall/h.ts", "hall/deep/i.ts")],
  ])("lets an import pass that leads %s", (_, one) => {
    expect(findProblems(house, [one])).toEqual([]);
  });

  test.each([
    ["up", arrow("cellar/c.ts", "hall/hall.ts", true), "cellar may not use hall"],
    ["past a face", arrow("attic/a.ts", "hall/deep/i.ts"), "only the face of hall"],
    ["out of shared/", { ...arrow("attic/a.ts", ""), to: "local/x.ts" }, "which is in no room"],
    ["from no room", arrow("shed/s.ts", "cellar/c.ts"), "shared/shed/s.ts is in no room"],
  ])("names an import that leads %s", (_, one, problem) => {
    expect(findProblems(house, [one])).toEqual([expect.stringContaining(problem)]);
  });

  test("names a table that lets a room use one above it, or itself", () => {
    const circle = [attic, { ...hall, uses: ["hall", "attic"] }, cellar];
    expect(findProblems(circle, [])).toEqual([
      "The table lets hall use hall, which does not stand below it",
      "The table lets hall use attic, which does not stand below it",
    ]);
  });
});
