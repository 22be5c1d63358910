import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

import { afterEach, expect, test, vi } from "vitest";

import { startProcess, type StartedProcess } from "./startProcess.ts";

const MAIN = new URL("../../../../local/host/main.ts", import.meta.url);
const ROOT = fileURLToPath(new URL("fixture", import.meta.url));

const started: StartedProcess[] = [];
const start = (pattern: string, env: Record<string, string> = {}): StartedProcess => {
  const args = ["--root", ROOT, "--pattern", pattern];
  const main = startProcess(MAIN, args, { LOCAL_FUNCTIONS_PORT: "0", ...env });
  started.push(main);
  return main;
};
afterEach(async () => {
  for (const main of started) main.stop("SIGKILL");
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});

const urlOf = (main: StartedProcess): Promise<string> =>
  vi.waitFor(
    () => {
      const url = /Functions host: (\S+)/.exec(main.output())?.[1];
      if (url === undefined) throw new Error(`No address in: ${main.output()}`);
      return url;
    },
    { timeout: 20_000 },
  );

test("main prints its functions and takes the keys of the environment", async () => {
  const main = start("http/*.ts", { LOCAL_FUNCTION_KEY: "mine" });
  const url = await urlOf(main);

  const statusWith = async (path: string, key: string): Promise<number> =>
    (await fetch(`${url}/api/${path}`, { headers: { "x-functions-key": key } })).status;
  expect(main.output()).toContain(`  guarded: [GET] ${url}/api/guarded`);
  expect(await statusWith("guarded", "mine")).toBe(200);
  expect(await statusWith("guarded", "local")).toBe(401);
  expect(await statusWith("operators", "mine")).toBe(401);
  expect(await statusWith("operators", "local-operator")).toBe(200);
});

test("main runs a timer whenever it is due", async () => {
  const main = start("timer/*.ts");
  await urlOf(main);
  await vi.waitFor(
    () => {
      expect(main.output().split("everySecond ran, past due: false, next: 20").length).toBeGreaterThan(2);
    },
    { timeout: 10_000 },
  );
});

test("main stops on SIGTERM: takes no new work, finishes what it has, runs hooks, ends", async () => {
  const main = start("http/*.ts");
  const url = await urlOf(main);
  const response = fetch(`${url}/api/brief`);
  await vi.waitFor(() => expect(main.output()).toContain("brief has begun"), { timeout: 10_000 });

  main.stop("SIGTERM");

  expect(await (await response).text()).toBe("brief");
  expect(await main.ended).toBe(0);
  expect(main.output()).toContain("appTerminate ran");
});

test("main ends with code 1 on an unhandled rejection, as a worker does", async () => {
  const main = start("http/*.ts");

  await fetch(`${await urlOf(main)}/api/reject`).catch(() => undefined);

  expect(await main.ended).toBe(1);
  expect(main.output()).toContain(
    "Cannot go on: unhandled rejection in the app: Error: nobody waits for this",
  );
});

test.each([
  [
    "blob/*.ts",
    'Cannot run "everyBlob": triggers of type "blobTrigger" are not supported here; use func start',
  ],
  ["broken/*.ts", 'Cannot load "broken/throws.ts": Error: a setting is missing'],
  ["none/*.ts", 'matches "none/*.ts"; name one that does'],
])("main says in a line why it cannot start: %s", async (pattern, reason) => {
  const main = start(pattern);

  expect(await main.ended).toBe(1);
  expect(main.output()).toContain(reason);
  expect(main.output()).not.toContain("    at ");
});

test("main names the setting that changes a taken port", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const main = start("http/*.ts", { LOCAL_FUNCTIONS_PORT: String(port) });

  expect(await main.ended).toBe(1);
  expect(main.output()).toContain(
    `Cannot start Functions host: port ${port} is taken; set LOCAL_FUNCTIONS_PORT`,
  );
  other.close();
});
