import { once } from "node:events";
import { createServer } from "node:http";

import { DefaultAzureCredential } from "@azure/identity";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { startIdentity, type Identity } from "../../local/identity/startIdentity.ts";
import { startKeyVault, type KeyVault } from "../../local/key-vault/startKeyVault.ts";
import { VaultError } from "../../shared/vault/errors.ts";
import { makeSecrets, readSecretOf } from "../../shared/vault/secrets.ts";

let identity: Identity;
let vault: KeyVault;

beforeEach(async () => {
  identity = await startIdentity({ port: 0, header: "local-header" });
  vault = await startKeyVault({ port: 0, secrets: { "partner-access-token": "  the-token\n" } });
  vi.stubEnv("IDENTITY_ENDPOINT", identity.endpoint);
  vi.stubEnv("IDENTITY_HEADER", identity.header);
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential");
});

afterEach(async () => {
  await vault.close();
  await identity.close();
});

const reader = (url = vault.url) => readSecretOf(makeSecrets(new URL(url), new DefaultAzureCredential()));

const codeOf = async (promise: Promise<string>): Promise<string> => {
  try {
    return await promise;
  } catch (error) {
    return error instanceof VaultError ? error.code : String(error);
  }
};

describe("makeSecrets()", () => {
  test("reads the newest version, without the blanks that pasting leaves", async () => {
    const read = reader();
    expect(await read("partner-access-token")).toBe("the-token");
    vault.set("partner-access-token", "the-next-token");
    expect(await read("partner-access-token")).toBe("the-next-token");
  });

  test.each([
    [403, "forbidden"],
    [404, "missing"],
    [429, "throttled"],
    [503, "unreachable"],
  ] as const)("calls an answer of %i %s", async (status, code) => {
    vault.faults.answer(status, "always");
    expect(await codeOf(reader()("partner-access-token"))).toBe(code);
  });

  test("calls a secret that is not there missing", async () => {
    expect(await codeOf(reader()("nobody-stored-this"))).toBe("missing");
  });

  test("calls a vault that does not listen unreachable", async () => {
    const gone = await startKeyVault({ port: 0 });
    const { url } = gone;
    await gone.close();
    expect(await codeOf(reader(url)("partner-access-token"))).toBe("unreachable");
  });

  test("says what the vault answered, or why it did not, and nothing else of the error", async () => {
    const gone = await startKeyVault({ port: 0 });
    const { url } = gone;
    await gone.close();
    const read = (address = vault.url) => reader(address)("partner-access-token");
    await expect(read(url)).rejects.toThrow(
      "the vault cannot be reached (ECONNREFUSED); check KEY_VAULT_URL",
    );
    vault.faults.answer(503, "always");
    await expect(read()).rejects.toThrow("the vault cannot be reached (status 503); check KEY_VAULT_URL");
  });

  test.each([
    [{ code: "EHOSTUNREACH" }, "the vault cannot be reached (EHOSTUNREACH); "],
    [{ code: "Bearer not-to-be-shown" }, "the vault cannot be reached; "],
    [{ code: 7 }, "the vault cannot be reached; "],
    [{ statusCode: 404 }, "there is no such secret; "],
    [{ statusCode: "404" }, "the vault cannot be reached; "],
    [{}, "the vault cannot be reached; "],
  ])("reads %j of an error of the credential", async (fields, why) => {
    const error = Object.assign(new Error("not to be shown"), fields);
    const secrets = makeSecrets(new URL(vault.url), { getToken: () => Promise.reject(error) });
    await expect(secrets.read("partner-access-token")).rejects.toThrow(
      `Cannot read secret "partner-access-token": ${why}`,
    );
  });

  test("takes a secret without a value for a missing one", async () => {
    vault.set("partner-access-token", "  \n");
    expect(await codeOf(reader()("partner-access-token"))).toBe("missing");
  });

  test("bears two refusals of the vault that pass", async () => {
    vault.faults.answer(503, 2);
    expect(await reader()("partner-access-token")).toBe("the-token");
  });
});

describe("write() and disableReplaced()", () => {
  const client = () => makeSecrets(new URL(vault.url), new DefaultAzureCredential());

  test("a new version is read from then on; replaced ones are disabled after their grace, never the newest", async () => {
    for (const value of ["second", "third"]) await client().write("partner-access-token", value);
    expect((await client().read("partner-access-token")).value).toBe("third");
    expect(await client().disableReplaced("partner-access-token", Date.now() - 60_000)).toBe(0);
    expect(await client().disableReplaced("partner-access-token", Date.now() + 60_000)).toBe(2);
    expect(await client().disableReplaced("partner-access-token", Date.now() + 60_000)).toBe(0);
    expect((await client().read("partner-access-token")).value).toBe("third");
  });

  test.each([
    ["an empty object", "{}"],
    ["a page", "<html>Sign in</html>"],
    ["an id alone", '{"id":"http://127.0.0.1/secrets/partner-access-token/1"}'],
    ["another value", '{"id":"http://127.0.0.1/secrets/partner-access-token/1","value":"other"}'],
  ])("takes a secret as stored only when the answer has it: not with %s", async (_what, body) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const secrets = makeSecrets(new URL(`http://127.0.0.1:${port}`), new DefaultAzureCredential());
    await expect(secrets.write("partner-access-token", "not-to-be-shown")).rejects.toMatchObject({
      name: "VaultError",
      code: "unreachable",
    });
    server.close();
  });

  test("names the right that is missing, and no value", async () => {
    vault.faults.answer(403, "always", "partner-access-token", "PUT");
    await expect(client().write("partner-access-token", "not-to-be-shown")).rejects.toThrow(
      /^Cannot write secret "partner-access-token": .*Key Vault Secrets Officer/,
    );
  });
});
