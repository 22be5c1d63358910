import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { resolveConnection } from "../../local/host/connection.ts";
import { parseHostJson } from "../../local/host/hostJson.ts";
import { isAllowed } from "../../local/host/keys.ts";
import { applySettings, readLocalSettings } from "../../local/host/settings.ts";
import { parseTimeSpan } from "../../local/host/timeSpan.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "settings-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["00:05:00", 300_000],
  ["1.00:00:00", 86_400_000],
  ["00:00:00.80", 800],
  ["00:00:02", 2_000],
  ["2", 172_800_000],
  ["-00:00:00.0010000", -1],
  ["24:00:00", undefined],
  ["00:60:00", undefined],
  ["5 minutes", undefined],
])("parseTimeSpan() of %s", (text, ms) => {
  expect(parseTimeSpan(text)).toBe(ms);
});

test("parseHostJson() has the defaults of Azure", () => {
  expect(parseHostJson('{ "version": "2.0" }')).toEqual({
    routePrefix: "api",
    serviceBus: {
      autoCompleteMessages: true,
      maxAutoLockRenewalMs: 300_000,
      maxConcurrentCalls: 16,
      maxConcurrentSessions: 8,
      sessionIdleTimeoutMs: 60_000,
    },
  });
});

test("parseHostJson() reads what is set", () => {
  const text = JSON.stringify({
    version: "2.0",
    logging: {},
    extensions: {
      http: { routePrefix: "" },
      serviceBus: { maxConcurrentSessions: 64, sessionIdleTimeout: "00:00:02", autoCompleteMessages: false },
    },
  });

  expect(parseHostJson(text)).toMatchObject({
    routePrefix: "",
    serviceBus: { maxConcurrentSessions: 64, sessionIdleTimeoutMs: 2_000, autoCompleteMessages: false },
  });
});

test("parseHostJson() names every setting that is wrong", () => {
  const text = JSON.stringify({
    version: "2.0",
    extensions: { serviceBus: { sessionIdleTimeout: "soon", maxConcurrentCallsPerSession: 2 } },
  });

  expect(() => parseHostJson(text)).toThrow(/only 1 is served here[^]*"soon" is not a time span/);
});

test("readLocalSettings() gives the values; applySettings() leaves alone what the environment has", () => {
  const file = join(folder, "local.settings.json");
  writeFileSync(
    file,
    JSON.stringify({ IsEncrypted: false, Values: { A: "file", B: "file", C: "" }, Host: {} }),
  );
  const env: Record<string, string | undefined> = { A: "environment" };

  applySettings(readLocalSettings(file), env);

  expect(env).toEqual({ A: "environment", B: "file" });
});

test.each([
  ["not there", undefined, "ENOENT"],
  ["not JSON", "{", "Cannot read"],
  ["a number as value", '{ "Values": { "A": 1 } }', "expected string"],
  ["encrypted", '{ "IsEncrypted": true }', "func settings decrypt"],
])("readLocalSettings() says what is wrong with a file that is %s", (_, text, problem) => {
  const file = join(folder, "local.settings.json");
  if (text !== undefined) writeFileSync(file, text);

  expect(() => readLocalSettings(file)).toThrow(problem);
});

test.each([
  ["Bus", { Bus: "Endpoint=sb://a/" }, { kind: "connectionString", connectionString: "Endpoint=sb://a/" }],
  ["Bus", { AzureWebJobsBus: "Endpoint=sb://a/" }, { kind: "connectionString" }],
  [undefined, { AzureWebJobsServiceBus: "Endpoint=sb://a/" }, { kind: "connectionString" }],
  ["Bus", { Bus: "", Bus__fullyQualifiedNamespace: "n" }, { kind: "identity", namespace: "n" }],
  ["Bus", { Bus: "Endpoint=sb://a/", Bus__fullyQualifiedNamespace: "n" }, { kind: "connectionString" }],
  [
    "Bus",
    { Bus__fullyQualifiedNamespace: "n", Bus__credential: "managedidentity", Bus__clientId: "c" },
    { kind: "identity", credential: "managedidentity", clientId: "c" },
  ],
])("resolveConnection() of %s in %o", (name, env, expected) => {
  expect(resolveConnection(name, env)).toMatchObject(expected);
});

test("resolveConnection() names the settings that are missing, and refuses a connection string for a name", () => {
  expect(() => resolveConnection("Bus", {})).toThrow("neither Bus nor Bus__fullyQualifiedNamespace is set");
  expect(() => resolveConnection("Endpoint=sb://a/", {})).toThrow("name the setting that holds it");
});

test("isAllowed() takes no key for no key", () => {
  expect(isAllowed("function", "", { functionKeys: [""], masterKey: "" })).toBe(false);
  expect(isAllowed("admin", "", { functionKeys: [], masterKey: undefined })).toBe(false);
});
