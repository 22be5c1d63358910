import { afterEach, expect, test, vi } from "vitest";

import { startProcess, type StartedProcess } from "../host/startProcess.ts";

const MAIN = new URL("../../../../local/identity/main.ts", import.meta.url);

let main: StartedProcess | undefined;
afterEach(async () => {
  main?.stop("SIGKILL");
  await main?.ended;
});

test("the endpoint's main prints both settings, serves, and ends on SIGINT", async () => {
  const started = startProcess(MAIN, [], { LOCAL_IDENTITY_PORT: "0", IDENTITY_HEADER: "mine" });
  main = started;
  await vi.waitFor(() => expect(started.output()).toContain("IDENTITY_HEADER=mine\n"), 10_000);

  const endpoint = /IDENTITY_ENDPOINT=(\S+)/.exec(started.output())?.[1] ?? "";
  const query = "api-version=2019-08-01&resource=https://vault.azure.net";
  const response = await fetch(`${endpoint}?${query}`, { headers: { "x-identity-header": "mine" } });
  expect(response.status).toBe(200);
  started.stop("SIGINT");
  expect(await started.ended).toBe(0);
});
