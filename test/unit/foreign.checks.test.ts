import { describe, expect, test } from "vitest";

import { problemOf, readReport } from "../foreign/checks.ts";
import { whyNot } from "../foreign/usable.ts";

describe("readReport()", () => {
  test("reads checks with and without numbers, and passes over what tools say", () => {
    const output =
      "Restored a.csproj\r\nok 1 - signs\nnot ok - verifies\n# expected 202\n# was 401\nok then\n1..2\n";
    expect(readReport(output)).toEqual({
      planned: 2,
      checks: [
        { name: "signs", isGood: true, notes: [] },
        { name: "verifies", isGood: false, notes: ["expected 202", "was 401"] },
        { name: "then", isGood: true, notes: [] },
      ],
    });
  });

  test("says of a program that broke off that there is no plan", () => {
    expect(readReport("ok - signs\n").planned).toBeUndefined();
  });
});

describe("problemOf()", () => {
  const report = readReport("ok - good\nnot ok - bad\n# was 401\nok - twice\nok - twice\n");
  test.each([
    ["good", undefined],
    ["bad", "it is not so\nwas 401"],
    ["twice", "the program has two checks of this name"],
    ["other", "the program did not come to this check"],
  ])("of %s is %s", (name, problem) => {
    expect(problemOf(report, name)).toBe(problem);
  });
});

describe("whyNot()", () => {
  const node = { name: "Node.js", command: process.execPath };

  test("finds nothing against a tool that is there", () => {
    expect(whyNot({ ...node, major: 20 })).toBeUndefined();
  });

  test("says that it is not there, or too old", () => {
    expect(whyNot({ name: "Cobol", command: "no-such-command", major: 1 })).toBe("there is no Cobol");
    expect(whyNot({ ...node, major: 1000 })).toMatch(/^Node\.js [\d.]+ is too old: 1000 is needed$/);
  });
});
