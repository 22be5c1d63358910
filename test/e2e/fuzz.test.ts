import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test } from "vitest";

const CASES = 3000;

test(`${CASES} hostile cases are answered and kept as the contract says`, async () => {
  const child = spawn(process.execPath, ["scripts/fuzz/main.ts", "--cases", String(CASES)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer): void => {
    output += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  await once(child, "close");
  // What it printed names each finding, and the command that fires its case again
  expect({ exitCode: child.exitCode, output }).toEqual({ exitCode: 0, output });
}, 180_000);
