import { createServer } from "node:net";

import { afterEach, expect, test } from "vitest";

import { LocalStartError } from "../../../local/listen.ts";
import { apart } from "../../../local/ports.ts";
import { startLocalAzure, type LocalAzure } from "../../../local/startLocalAzure.ts";

const outside = {
  ServiceBusConnection:
    "Endpoint=sb://relay.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=not-shown",
  KEY_VAULT_URL: "https://relay.vault.azure.net",
  PARTNER_TENANT_ID: "contoso.onmicrosoft.com",
  PARTNER_CENTER_URL: "https://api.partnercenter.microsoft.com",
  TICKETS_FOLDER: "tickets",
  AzureWebJobsStorage: "DefaultEndpointsProtocol=https;AccountName=relay;AccountKey=not-shown",
};

const STORAGE = "Storage (tables)";
const DESK = "Ticketing system";
const ENTRA = "Microsoft Entra";

let azure: LocalAzure | undefined;
afterEach(async () => {
  await azure?.close();
  azure = undefined;
});

const startedHere = (): readonly string[] =>
  azure?.parts.filter((part) => part.startedHere).map(({ name }) => name) ?? [];

test("startLocalAzure() starts every part and gives the settings that lead to it", async () => {
  azure = await startLocalAzure({ env: apart });
  expect(startedHere()).toEqual([
    "Service Bus",
    "Managed identity",
    "Key Vault",
    ENTRA,
    "Partner Center",
    STORAGE,
    DESK,
  ]);
  expect(Object.keys(azure.settings).toSorted()).toEqual([
    "AZURE_TOKEN_CREDENTIALS",
    "AzureWebJobsStorage",
    "CALLBACK_LOOPBACK",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "KEY_VAULT_URL",
    "PARTNER_AUTHORITY_URL",
    "PARTNER_CENTER_URL",
    "PARTNER_CLIENT_ID",
    "PARTNER_TENANT_ID",
    "ServiceBusConnection",
    "TICKETS_FOLDER",
  ]);
});

test.each([
  ["PARTNER_CENTER_URL", ["Service Bus", "Managed identity", "Key Vault", ENTRA, STORAGE, DESK]],
  ["KEY_VAULT_URL", ["Service Bus", "Partner Center", STORAGE, DESK]],
  ["PARTNER_TENANT_ID", ["Service Bus", "Managed identity", "Key Vault", "Partner Center", STORAGE, DESK]],
  ["ServiceBusConnection", ["Managed identity", "Key Vault", ENTRA, "Partner Center", STORAGE, DESK]],
  ["AzureWebJobsStorage", ["Service Bus", "Managed identity", "Key Vault", ENTRA, "Partner Center", DESK]],
  ["TICKETS_FOLDER", ["Service Bus", "Managed identity", "Key Vault", ENTRA, "Partner Center", STORAGE]],
] as const)("startLocalAzure() does not start the part that %s names", async (setting, parts) => {
  azure = await startLocalAzure({ env: { ...apart, [setting]: outside[setting] } });
  expect(startedHere()).toEqual(parts);
  expect(azure.settings).not.toHaveProperty(setting);
});

test("startLocalAzure() shows no key of a connection string that is given", async () => {
  azure = await startLocalAzure({ env: { ...apart, ...outside } });
  expect(JSON.stringify(azure.parts)).not.toContain("not-shown");
});

test.each([
  "LOCAL_SERVICE_BUS_PORT",
  "LOCAL_KEY_VAULT_PORT",
  "LOCAL_PARTNER_CENTER_PORT",
  "LOCAL_IDENTITY_PORT",
  "LOCAL_STORAGE_PORT",
  "LOCAL_DESK_PORT",
  "LOCAL_ENTRA_PORT",
])("startLocalAzure() names %s when that port is taken, and leaves nothing running", async (setting) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const starting = startLocalAzure({ env: { ...apart, [setting]: port } });
  await expect(starting).rejects.toThrow(LocalStartError);
  await expect(starting).rejects.toThrow(`port ${port} is taken; set ${setting}`);
  await new Promise((resolve) => other.close(resolve));
});
