import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

const files = {
  "good.test.ts": `
    import { expect, test } from "vitest";
    test("adds", () => { expect(1 + 1).toBe(2); });
    test.skip("speaks C# (skipped: dotnet is not on this machine)", () => {});
    test("speaks Python", ({ skip }) => skip("python3 is not on this machine"));`,
  "bad.test.ts": `
    import { expect, test } from "vitest";
    test("multiplies", () => { expect({ product: 2 * 2 }).toEqual({ product: 5 }); });`,
  "hook.test.ts": `
    import { beforeAll, describe, test } from "vitest";
    describe("with a broker", () => {
      beforeAll(() => { throw new Error("the broker does not come up"); });
      test("sends", () => {});
    });`,
  "long.test.ts": `
    import { test } from "vitest";
    test("bears much", () => { throw new Error("x".repeat(5000)); });`,
  "crash.test.ts": `
    import { test } from "vitest";
    test("takes its worker along", () => { process.kill(process.pid, "SIGKILL"); });`,
  "cause.test.ts": `
    import { test } from "vitest";
    test("is refused", () => { throw new Error("fetch failed", { cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }) }); });`,
  "unreadable.test.ts": `import "./missing.ts";`,
  "prints.test.ts": `
    import { test } from "vitest";
    console.log("on the way to the tests");
    test("is fine", () => { console.log("printed by a test that passed"); });
    test("prints", () => {
      for (let line = 1; line <= 30; line += 1) console.log("line " + line);
      console.error("the broker says no");
      throw new Error("no message");
    });`,
  "slow.test.ts": `
    import { test } from "vitest";
    test("takes its time", () => new Promise((resolve) => { setTimeout(resolve, 5600); }), 10_000);`,
};

let folder: string;
let said: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "license-relay-reporter-"));
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"), "junction");
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  said = await new Promise((resolve) => {
    // It ends with 1: tests have failed
    execFile(process.execPath, ["test/support/runWithReporter.ts", folder], (_error, stdout) => {
      resolve(stdout);
    });
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("RunReporter", () => {
  test("says with which seed the run began, and how far it is at least every five seconds", () => {
    expect(said).toMatch(/^9 files, seed 17$/m);
    // While the slow one goes on: the line in the end would be there in any case
    expect(said).toMatch(/^ +[1-9]\d* s {2}[0-7] of 9 files, \d+ of \d+ tests? found so far/m);
  });

  test.each([
    [
      "a test",
      "bad.test.ts > multiplies",
      "AssertionError: expected { product: 4 } to deeply equal { product: 5 }",
    ],
    ["what goes on around tests", "hook.test.ts", "Error: the broker does not come up"],
    ["a worker that is gone", "crash.test.ts", "did not come to its end"],
    ["an error with another behind it", "cause.test.ts > is refused", "caused by: connect (ECONNREFUSED)"],
    ["a file that cannot be loaded", "unreadable.test.ts", "missing.ts"],
  ])(
    "tells of the failure of %s at once and in the end, with its reason and how to repeat it",
    (_, name, reason) => {
      const told = said.split(`FAILED ${name}\n`);
      const file = name.split(" ")[0] ?? "";
      expect(told).toHaveLength(3);
      for (const part of told.slice(1)) {
        expect(part.split("again: ")[0]).toContain(reason);
        expect(part.split("again: ")[1]?.split("\n")[0]).toBe(`npx vitest run ${file} --sequence.seed=17`);
      }
    },
  );

  test("cuts a line of a reason that is too long to read", () => {
    expect(said).toContain("… (5007 characters)\n");
  });

  test("names what was skipped, and why", () => {
    expect(said).toContain("  good.test.ts > speaks C# (skipped: dotnet is not on this machine)\n");
    expect(said).toContain("  good.test.ts > speaks Python: python3 is not on this machine\n");
  });

  test("says of a test that was not run that a hook failed, and how", () => {
    expect(said).toContain(
      "  hook.test.ts > with a broker > sends: a hook around it failed (the broker does not come up)\n",
    );
  });

  test("shows the end of what a failing test and its file printed, and of no other", () => {
    const told = said.split("FAILED prints.test.ts > prints\n").slice(1);
    expect(told).toHaveLength(2);
    for (const part of told) {
      const own = part.split("again: ")[0] ?? "";
      expect(own).toContain("it printed, the last 20 of 32 lines:\n");
      expect(own).toMatch(/line 12\n[^]*line 30\n +the broker says no\n/);
      expect(own).not.toContain("line 11\n");
    }
    expect(said).not.toContain("printed by a test that passed");
  });

  test("counts every test once, and a file that failed as a whole too", () => {
    expect(JSON.parse(said.trim().split("\n").at(-1) ?? "")).toEqual({ passed: 3, failed: 8, skipped: 3 });
  });
});
