import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

const files = {
  "test/sums.test.ts": `
    import { expect, test } from "vitest";
    test("adds", () => { expect(1 + 1).toBe(2); });
    test("multiplies", () => { expect(2 * 2).toBe(5); });
    test.skip("divides", () => {});`,
  "test/good.test.ts": `
    import { test } from "vitest";
    test("is fine", () => {});`,
  "test/only.test.ts": `
    import { test } from "vitest";
    test.only("is looked at", () => {});
    test("is forgotten", () => {});`,
};

interface Ended {
  readonly code: number;
  readonly lines: readonly string[];
  readonly errors: string;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "license-relay-test-"));
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"), "junction");
  for (const path of ["scripts", "package.json", "package-lock.json", ".prettierrc.json", "vitest.config.ts"])
    await cp(path, join(folder, path), { recursive: true });
  await mkdir(join(folder, "test"));
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const npmTest = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    // As on a developer's machine: in CI the runner itself has other rules
    const { CI: _ci, ...env } = process.env;
    const child = execFile(
      process.execPath,
      ["scripts/test.ts", ...args],
      { cwd: folder, env },
      (_, stdout, errors) => {
        resolve({ code: child.exitCode ?? -1, lines: stdout.trimEnd().split("\n"), errors });
      },
    );
  });

describe("scripts/test.ts", () => {
  test("ends with 1 when a test fails, tells how to repeat it, and counts in the last line", async () => {
    const { code, lines } = await npmTest("--seed", "17", "test/sums");
    expect(code).toBe(1);
    expect(lines.slice(-2)).toEqual(["1 skipped, as named above", "1 passed, 1 failed"]);
    expect(lines).toContain("FAILED test/sums.test.ts > multiplies");
    expect(lines).toContain("    again: npx vitest run test/sums.test.ts --sequence.seed=17");
    expect(lines).toContain("  test/sums.test.ts > divides");
  });

  test("ends with 0 when all tests pass", async () => {
    const { code, lines } = await npmTest("test/good");
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: "1 passed, 0 failed" });
  });

  test("ends with 1 when there is nothing to run, and says so", async () => {
    const { code, lines } = await npmTest("test/nothing");
    expect(code).toBe(1);
    expect(lines.slice(-2)).toEqual(['No test file has "test/nothing" in its path', "0 passed, 0 failed"]);
  });

  test("does not let test.only hide other tests", async () => {
    const { code, lines } = await npmTest("test/only", "test/good");
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: "1 passed, 1 failed" });
    expect(lines).toContain("FAILED test/only.test.ts > is looked at");
    expect(lines.join("\n")).toContain("Unexpected .only modifier");
  });

  test("says what is wrong with an option", async () => {
    const { code, errors } = await npmTest("--seed", "abc", "test/good");
    expect({ code, errors }).toEqual({
      code: 2,
      errors: '--seed must be a whole number such as 17, not "abc"\n',
    });
  });
});
