import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { GROUPS } from "../../scripts/mutants/relatedTests.ts";
import { runTests } from "../../scripts/mutants/runTests.ts";

const files = {
  "good.test.ts": `
    import { test } from "vitest";
    test("is fine", () => {});`,
  "flaky.test.ts": `
    import { test } from "vitest";
    let tries = 0;
    test("is fine the second time", () => { tries += 1; if (tries === 1) throw new Error("busy"); });`,
  "bad.test.ts": `
    import { test } from "vitest";
    test("is never fine", () => { throw new Error("wrong"); });`,
  "endless.test.ts": `
    import { test } from "vitest";
    test("does not end", () => { for (;;); });`,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "license-relay-mutants-"));
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"), "junction");
  await mkdir(join(folder, "test"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, "test", name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(GROUPS)("runTests() of $name tests", ({ options }) => {
  test.each([
    ["good", "passed", 60_000],
    ["flaky", "passed", 60_000],
    ["bad", "failed", 60_000],
    ["endless", "hung", 5000],
  ])("of one that is %s says %s", { timeout: 90_000 }, async (name, kind, timeoutMs) => {
    const result = await runTests(folder, [`test/${name}.test.ts`], options, 1, timeoutMs);
    expect(result).toMatchObject({ kind });
  });
});

describe("npm run mutants", () => {
  test.each([
    [["--seed", "abc"], '--seed must be a whole number such as 17, not "abc"\n'],
    [["--count", "0"], "--count must be at least 1\n"],
    [
      ["--file", "nosuch"],
      '--file "nosuch" fits no file: give the beginning of a path, such as shared/token/\n',
    ],
  ])("says what is wrong with %j", async (args, words) => {
    const said = await new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ["scripts/mutants/main.ts", ...args],
        (_error, _out, errors) => {
          resolve({ code: child.exitCode, errors });
        },
      );
    });
    expect(said).toEqual({ code: 2, errors: words });
  });
});
