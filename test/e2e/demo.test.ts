import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { samples } from "../../local/demo/samples.ts";
import { scenes } from "../../local/demo/scenes.ts";

const MAIN = fileURLToPath(new URL("../../local/demo/main.ts", import.meta.url));
const run = promisify(execFile);

test("the demo ends as it should, and prints one JSON object for each sample", async () => {
  const { stdout, stderr } = await run(process.execPath, [MAIN, "--json"]);
  expect(stderr).toBe("");
  const results = stdout
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(results).toEqual([
    ...samples.map(
      ({ name, requestId, expected: { outcome, category = null, status = null, code = null } }) => ({
        name,
        requestId,
        outcome,
        category,
        status,
        code,
        attempts: expect.any(Number) as unknown,
      }),
    ),
    ...scenes.map(({ name }) => ({ name, outcome: "shown", became: expect.any(String) as unknown })),
  ]);
}, 60_000);
