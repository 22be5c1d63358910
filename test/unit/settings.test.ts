import { describe, expect, test } from "vitest";

import { readSettings, SettingsError } from "../../shared/settings.ts";

const good = {
  AzureWebJobsStorage: "UseDevelopmentStorage=true",
  ServiceBusConnection:
    "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true;",
  KEY_VAULT_URL: "https://vault-1.vault.azure.net",
};

const messageOf = (env: Readonly<Record<string, string | undefined>>): string => {
  try {
    readSettings(env);
    return "";
  } catch (error) {
    return error instanceof SettingsError ? error.message : "another error";
  }
};

describe("readSettings()", () => {
  test("has a default for everything that needs no thought", () => {
    expect(readSettings(good)).toMatchObject({
      PARTNER_CENTER_URL: new URL("https://api.partnercenter.microsoft.com"),
      PARTNER_TOKEN_SECRET: "partner-access-token",
      LANES_PER_CUSTOMER: 4,
      HOLD_BUDGET_SECONDS: 240,
    });
  });

  test("takes addresses in place of connection strings", () => {
    const env = {
      KEY_VAULT_URL: good.KEY_VAULT_URL,
      LEDGER_TABLES_URL: "https://relay.table.core.windows.net",
      ServiceBusConnection__fullyQualifiedNamespace: "relay.servicebus.windows.net",
    };
    expect(messageOf(env)).toBe("");
  });

  test("names all settings that are missing, at once", () => {
    const message = messageOf({ KEY_VAULT_URL: "  " });
    expect(message).toContain("ServiceBusConnection is missing");
    expect(message).toContain(
      "KEY_VAULT_URL is missing; it must be a URL such as https://<name>.vault.azure.net",
    );
  });

  test.each([
    ["KEY_VAULT_URL", "http://vault-1.vault.azure.net", "https://"],
    ["KEY_VAULT_URL", "vault-1", "must be a URL"],
    ["PARTNER_CENTER_URL", "https://user:pass@example.com", "without user"],
    ["HOLD_BUDGET_SECONDS", "soon", "whole number from 1 to 1200"],
    ["HOLD_BUDGET_SECONDS", "0", "from 1 to 1200"],
    ["LANES_PER_CUSTOMER", "65", "from 1 to 64"],
    ["ServiceBusConnection", "sb://x", "connection string"],
    ["PARTNER_TOKEN_SECRET", "a/b", "name of a secret"],
  ])("names %s when it is %s", (name, value, hint) => {
    const message = messageOf({ ...good, [name]: value });
    expect(message).toContain(`  ${name} `);
    expect(message).toContain(hint);
  });

  test("never repeats a value: it may be a secret", () => {
    expect(messageOf({ ...good, ServiceBusConnection: "SharedAccessKey=hunter2" })).not.toContain("hunter2");
  });

  test.each(["http://127.0.0.1:7072", "http://localhost:7072", "http://[::1]:7072"])(
    "allows plain http on this machine: %s",
    (url) => {
      expect(messageOf({ ...good, KEY_VAULT_URL: url })).toBe("");
    },
  );
});
