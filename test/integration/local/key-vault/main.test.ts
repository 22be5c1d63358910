import { afterEach, expect, test, vi } from "vitest";

import { startProcess, type StartedProcess } from "../host/startProcess.ts";

const MAIN = new URL("../../../../local/key-vault/main.ts", import.meta.url);

let main: StartedProcess | undefined;
const start = (...args: string[]): StartedProcess =>
  (main = startProcess(MAIN, args, { LOCAL_KEY_VAULT_PORT: "0" }));
afterEach(async () => {
  main?.stop("SIGKILL");
  await main?.ended;
});

test("the vault's main prints its address, serves, and ends on SIGTERM", async () => {
  const vault = start("--secret", "a=b=c", "--secret", "d=e");
  const url = await vi
    .waitFor(() => expect(vault.output()).toMatch(/^KEY_VAULT_URL=http/), 10_000)
    .then(() => vault.output().trim().replace("KEY_VAULT_URL=", ""));

  expect((await fetch(`${url}/secrets/a?api-version=2026-04-01`)).status).toBe(401);
  vault.stop("SIGTERM");
  expect(await vault.ended).toBe(0);
});

test.each([
  [["--secret", "nothing"], "Cannot read --secret: no name before a"],
  [["--secret", "a_b=c"], 'Cannot store a secret: the name "a_b" is not'],
  [["--port", "many"], 'Cannot use LOCAL_KEY_VAULT_PORT="many"'],
  [["--nonsense"], "Unknown option"],
])("the vault's main says what is wrong with %j", async (args, problem) => {
  const vault = start(...args);

  expect(await vault.ended).toBe(1);
  expect(vault.output()).toContain(problem);
  expect(vault.output()).not.toContain("    at ");
});

test("the vault's main has a help text", async () => {
  const vault = start("--help");

  expect(await vault.ended).toBe(0);
  expect(vault.output()).toContain("--secret <name>=<value>");
});
