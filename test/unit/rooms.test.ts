import { describe, expect, test } from "vitest";

import { findProblems, findUnused } from "../../scripts/rooms/findProblems.ts";
import { importsOf, readArrows, type Arrow } from "../../scripts/rooms/readArrows.ts";
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

test("every import of shared/ and functions/ is as the table of rooms has it", () => {
  expect(findProblems(rooms, readArrows(process.cwd(), ["shared", "functions"]))).toEqual([]);
});

test("the table allows nothing that nobody does", () => {
  expect(findUnused(rooms, readArrows(process.cwd(), ["shared"]))).toEqual([]);
});

describe("importsOf()", () => {
  test.each([
    ['import "./a.ts";', false],
    ['import { x } from "./a.ts";', false],
    // What is left of it is an import for its side effects
    ['import { type X } from "./a.ts";', false],
    ['import type { X } from "./a.ts";', true],
    ['export { x } from "./a.ts";', false],
    ['export {} from "./a.ts";', false],
    ['export type { X } from "./a.ts";', true],
    ['export * from "./a.ts";', false],
    ['type X = import("./a.ts").X;', true],
    ['const x = await import("./a.ts");', false],
    ["const x = await import(`./a.ts`);", false],
  ])("sees %s", (text, isType) => {
    expect(importsOf("b.ts", text)).toEqual([{ specifier: "./a.ts", isType }]);
  });

  test.each(["const x = await import(name);", "const x = await import(`./${name}.ts`);"])(
    "refuses %s, of which nobody can tell what it imports",
    (text) => {
      expect(() => importsOf("shared/b.ts", text)).toThrow("Cannot tell what shared/b.ts imports");
      expect(importsOf("local/b.ts", text)).toEqual([]);
    },
  );
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
    [
      "from a function to a room below the roof",
      { ...arrow("", "cellar/c.ts"), from: "functions/f.ts" },
      "a function may not use cellar",
    ],
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
