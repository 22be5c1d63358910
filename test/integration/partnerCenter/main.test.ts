import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";
import { z } from "zod";

import { partnerCenterControl } from "../../../local/partner-center/control.ts";
import { openStage } from "./stage.ts";

const MAIN = fileURLToPath(new URL("../../../local/partner-center/main.ts", import.meta.url));

const run = (...args: readonly string[]) =>
  spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });

test.each(["SIGINT", "SIGTERM"] as const)(
  "main.ts says its address in one line, serves, and stops cleanly on %s",
  async (signal) => {
    const child = run("--port", "0");
    const lines = createInterface(child.stdout);
    const [line] = z.tuple([z.string()]).parse(await once(lines, "line"));
    const url = /^PARTNER_CENTER_URL=(http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1] ?? "";
    expect((await partnerCenterControl(url).world()).customers).toHaveLength(6);
    const exited = once(child, "exit");
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
  },
);

test("main.ts names a port that is taken and the setting that changes it, without a stack", async () => {
  await using stage = await openStage();
  const { port } = stage.partnerCenter;
  const child = run("--port", String(port));
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect(said.trim()).toBe(
    `Cannot start Partner Center: port ${port} is taken; set LOCAL_PARTNER_CENTER_PORT to a free port`,
  );
  expect(code).toBe(1);
});

test("main.ts --help tells how to use it", async () => {
  const child = run("--help");
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(said).toContain("LOCAL_PARTNER_CENTER_PORT");
  expect(code).toBe(0);
});
