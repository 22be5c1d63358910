import { afterEach, beforeEach, expect, test } from "vitest";

import { deliver } from "../../local/desk/deliver.ts";
import { sampleSecrets } from "../../local/desk/sampleSources.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { createToken } from "../../local/partner-center/token.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const FUNCTION_KEY = "key-nobody-may-see";

let relay: Relay;
beforeEach(async () => {
  // The most that the SDKs will ever say
  relay = await startRelay({ settings: { AZURE_LOG_LEVEL: "verbose", LOCAL_FUNCTION_KEY: FUNCTION_KEY } });
}, 60_000);
afterEach(() => relay.close());

const request = (requestId: string, skuId: string, more: object = {}) => ({
  requestId,
  customerId: customers.contoso,
  userId: users.contoso.ana,
  licensesToAssign: [{ skuId }],
  ...more,
});

const send = async (body: unknown): Promise<string> =>
  (await relay.submit(body, { "x-functions-key": FUNCTION_KEY })).text();

/** Stores a token made to order, sends a request that uses it, and returns the token. */
const useToken = async (
  requestId: string,
  outcome: object,
  options: Parameters<typeof createToken>[0],
  skuId: string = skus.e3,
): Promise<string> => {
  relay.partnerCenter.revokeTokens();
  const token = createToken(options);
  relay.keyVault.set("partner-access-token", token);
  await send(request(requestId, skuId));
  expect(await relay.ends.first(requestId, 20_000)).toMatchObject(outcome);
  return token;
};

test("no secret and no token is in any log or answer, at the highest level of all logs", async () => {
  const tokens = [
    await useToken("secret-kind", { category: "token-kind" }, { kind: "partner" }),
    await useToken(
      "secret-audience",
      { category: "token-audience" },
      { audience: "https://graph.windows.net" },
    ),
    await useToken("secret-mfa", { category: "token-mfa" }, { mfa: false }),
    await useToken("secret-seats", { category: "no-seats" }, {}, skus.visio),
    await useToken("secret-applied", { outcome: "applied" }, {}),
  ];
  const answers = [await send(request("secret-bad", skus.e3, { token: tokens[0] })), await send("{")];
  const ticket = { source: "zendesk", profile: "zendesk", secret: sampleSecrets["ticket-zendesk"] } as const;
  const ticketBody = {
    ...request("t", skus.e3),
    requestId: "secret-ticket",
    ticket: { id: "secret-ticket" },
  };
  answers.push(await (await deliver(relay.host().url, { ...ticket, body: ticketBody })).text());
  answers.push(
    await (await deliver(relay.host().url, { ...ticket, secret: "forged", body: ticketBody })).text(),
  );
  await until("the ticket is told", () => relay.desk.notesOn("secret-ticket").length === 1);
  relay.keyVault.faults.answer(403, "always");
  answers.push(await (await fetch(`${relay.host().url}/api/health`)).text());
  await relay.host().stop();

  const said = `${relay.host().output()}\n${answers.join("\n")}`;
  // The logs were really on
  expect(said).toContain("azure:service-bus");
  expect(said).toContain("azure:core-rest-pipeline");
  expect(said).toContain("update.refused");
  const signatures = tokens.map((token) => token.split(".")[2] ?? token);
  const [, sasKey = "none"] = /SharedAccessKey=([^;]+)/.exec(relay.broker.connectionString) ?? [];
  const [, accountKey = "none"] = /AccountKey=([^;]+)/.exec(relay.storage.connectionString) ?? [];
  const secrets = [
    ...tokens,
    ...signatures,
    sasKey,
    accountKey,
    "SharedKey devstoreaccount1:",
    FUNCTION_KEY,
    "SharedAccessSignature sr=",
    ...Object.values(sampleSecrets),
    relay.desk.notes()[0]?.headers["webhook-signature"] ?? "none",
  ];
  expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
  expect(said).not.toMatch(/Bearer\s+ey|eyJ[\w-]{20,}\.[\w-]{20,}/);
}, 90_000);
