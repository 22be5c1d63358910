import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";
import { z } from "zod";

import { partnerCenterControl } from "../../../../local/partner-center/control.ts";
import { openStage } from "./stage.ts";

const MAIN = fileURLToPath(new URL("../../../../local/partner-center/main.ts", import.meta.url));

const run = (...args: readonly string[]) =>
  spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });

const exitCodeOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once("exit", resolve);
  });

test.each(["SIGINT", "SIGTERM"] as const)(
  "main.ts says its address in one line, serves, and stops cleanly on %s",
  async (signal) => {
    const child = run("--port", "0");
    const lines = createInterface(child.stdout);
    const [line] = z.tuple([z.string()]).parse(await once(lines, "line"));
    const url = /^PARTNER_CENTER_URL=(http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1] ?? "";
    expect((await partnerCenterControl(url).world()).customers).toHaveLength(6);
    const exitCode = exitCodeOf(child);
    child.kill(signal);
    expect(await exitCode).toBe(0);
  },
);

test("main.ts names a port that is taken and the setting that changes it, without a stack", async () => {
  await using stage = await openStage();
  const { port } = stage.partnerCenter;
  const child = run("--port", String(port));
  const [said, exitCode] = await Promise.all([text(child.stderr), exitCodeOf(child)]);
  expect(said.trim()).toBe(
    `Cannot start Partner Center: port ${port} is taken; set LOCAL_PARTNER_CENTER_PORT to a free port`,
  );
  expect(exitCode).toBe(1);
});

test("main.ts --help tells how to use it", async () => {
  const child = run("--help");
  const [said, exitCode] = await Promise.all([text(child.stdout), exitCodeOf(child)]);
  expect(said).toContain("LOCAL_PARTNER_CENTER_PORT");
  expect(exitCode).toBe(0);
});
