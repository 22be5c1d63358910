import { describe, expect, test } from "vitest";

import { choose } from "../../scripts/mutants/choose.ts";
import { applyMutant, findMutants } from "../../scripts/mutants/findMutants.ts";
import { relatedTests } from "../../scripts/mutants/relatedTests.ts";
import { progressLine, ratioLine, survivorLines } from "../../scripts/mutants/report.ts";
import type { Arrow } from "../../scripts/rooms/readArrows.ts";

const FILE = "shared/a.ts";
const faultsOf = (text: string) =>
  findMutants(FILE, text).map((mutant) => [mutant.what, applyMutant(text, mutant)]);

describe("findMutants()", () => {
  test.each([
    ["if (a) b = 1;", [["condition turned round", "if (!(a)) b = 1;"]]],
    ["x = a ? 1 : 2;", [["condition turned round", "x = !(a) ? 1 : 2;"]]],
    ["x = a === b;", [["operator swapped", "x = a !== b;"]]],
    ["x = a < b;", [["operator swapped", "x = a <= b;"]]],
    ["x = a && b;", [["operator swapped", "x = a || b;"]]],
    ["x = a + 1;", [["operator swapped", "x = a - 1;"]]],
    ["x = !a;", [["negation lost", "x = a;"]]],
    ["x = await a;", [["await lost", "x = a;"]]],
    ["a(b);", [["call lost", ";"]]],
    ['x = a ?? "b";', [["default emptied", 'x = a ?? "";']]],
    ["x = a ?? 5;", [["default lost", "x = a;"]]],
    ["const f = (a = [1]) => a;", [["default emptied", "const f = (a = []) => a;"]]],
    ["const f = (a = 1) => a;", [["default lost", "const f = (a) => a;"]]],
    ["x = { ...present({ a }), b };", [["optional part lost", "x = { ...{}, b };"]]],
  ])("makes of %s", (text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  test("removes an early exit, and turns its condition round only once", () => {
    expect(faultsOf("const f = (a: number) => { if (a === 1) { return; } };")).toEqual([
      ["early exit removed", "const f = (a: number) => { ; };"],
      ["operator swapped", "const f = (a: number) => { if (a !== 1) { return; } };"],
    ]);
  });

  test.each([
    ["types", 'type A<T> = T extends "a" ? 1 : 2; interface B { c?: number }'],
    ["texts that are joined", 'x = "a" + b;'],
    ["the text of an error", 'x = new VaultError("code", a ?? "b");'],
  ])("leaves %s alone", (_, text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  test("loses an entry of the log as a whole, but leaves its fields alone", () => {
    expect(faultsOf('log("update.held", { a: b === c });')).toEqual([["call lost", ";"]]);
  });

  test("leaves out what would not parse", () => {
    expect(faultsOf("x = a +-b;")).toEqual([]); // a --b
  });

  test("says the line of a fault", () => {
    expect(findMutants(FILE, "x = 1;\n\ny = a;\nz = !a;").map(({ line }) => line)).toEqual([4]);
  });
});

describe("choose()", () => {
  const all = Array.from({ length: 100 }, (_, index) => index);

  test("chooses the same for the same seed, and more of it begins with it", () => {
    expect(choose(all, 20, 7).slice(0, 10)).toEqual(choose(all, 10, 7));
  });

  test("chooses others for another seed", () => {
    expect(choose(all, 10, 8)).not.toEqual(choose(all, 10, 7));
  });

  test("chooses none twice, and all when asked for more than there are", () => {
    expect(choose(all, 1000, 7).toSorted((a, b) => a - b)).toEqual(all);
  });
});

describe("relatedTests()", () => {
  const arrow = (from: string, to: string, isType = false): Arrow => ({ from, to, isType });

  test("finds tests that import a file over others, whatever circle is on the way", () => {
    const arrows = [
      arrow("shared/b.ts", "shared/a.ts"),
      arrow("shared/a.ts", "shared/b.ts"),
      arrow("test/unit/b.test.ts", "shared/b.ts"),
      arrow("test/integration/a.test.ts", "shared/a.ts"),
      arrow("test/unit/c.test.ts", "shared/c.ts"),
    ];
    expect(relatedTests(arrows, "shared/a.ts")).toEqual([
      "test/integration/a.test.ts",
      "test/unit/b.test.ts",
    ]);
  });

  test("does not count an import of types", () => {
    expect(relatedTests([arrow("test/unit/a.test.ts", "shared/a.ts", true)], "shared/a.ts")).toEqual([]);
  });

  test("knows who starts the thread that evaluates mappings", () => {
    const arrows = [arrow("test/integration/m.test.ts", "shared/ticket/mapping/mapper.ts")];
    expect(relatedTests(arrows, "shared/ticket/mapping/worker.ts")).toEqual(["test/integration/m.test.ts"]);
  });
});

describe("the report", () => {
  const text = "x = 1;\nif (a) {\n  b();\n}";
  const [turned] = findMutants(FILE, text);

  test("has a line for each fault: how many, where, what, by whom and how long", () => {
    if (turned === undefined) throw new Error("There is no fault");
    expect(progressLine({ mutant: turned, by: "unit", hung: true, seconds: 2.345 }, text, 3, 9)).toBe(
      "3 of 9  shared/a.ts:2  condition turned round: a → !(a)  unit (no end)  2.3 s",
    );
  });

  test("shows the line of a survivor before and after", () => {
    if (turned === undefined) throw new Error("There is no fault");
    expect(survivorLines(turned, text)).toEqual([
      "shared/a.ts:2  condition turned round: a → !(a)",
      "  was if (a) {",
      "  is  if (!(a)) {",
    ]);
  });

  test("says how many were noticed, and by whom", () => {
    const ended = { hung: false };
    expect(
      ratioLine([
        { by: "unit", ...ended },
        { by: "integration", ...ended },
        { by: "nobody", ...ended },
      ]),
    ).toBe("2 of 3 noticed (66.7 %): 1 by unit tests, 1 by integration tests, 1 by nobody");
    expect(
      ratioLine([
        { by: "unit", hung: true },
        { by: "integration", ...ended },
      ]),
    ).toBe(
      "2 of 2 noticed (100 %): 1 by unit tests, 1 by integration tests (1 noticed as tests did not end), 0 by nobody",
    );
    expect(ratioLine([])).toMatch(/^0 of 0 noticed \(0 %\)/);
  });
});
