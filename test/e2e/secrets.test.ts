import { afterEach, beforeEach, expect, test } from "vitest";

import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { createToken } from "../../local/partner-center/token.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

let relay: Relay;
beforeEach(async () => {
  // The most that the SDKs and the host will ever say
  relay = await startRelay({
    settings: { AZURE_LOG_LEVEL: "verbose", LOCAL_FUNCTION_KEY: "key-nobody-may-see" },
  });
}, 60_000);
afterEach(() => relay.close());

const request = (requestId: string, skuId: string) => ({
  requestId,
  customerId: customers.contoso,
  userId: users.contoso.ana,
  licensesToAssign: [{ skuId }],
});

const submit = (body: unknown): Promise<Response> =>
  relay.submit(body, { "x-functions-key": "key-nobody-may-see" });

test("no secret and no token is in any log or answer, at the highest level of all logs", async () => {
  const tokens = ["user", "partner", "user"].map((kind) =>
    createToken({ kind: kind === "partner" ? "partner" : "user" }),
  );
  const answers: string[] = [];
  for (const [index, token] of tokens.entries()) {
    relay.keyVault.set("partner-access-token", token);
    relay.partnerCenter.revokeTokens();
    const good = createToken();
    const response = await submit(request(`secret-${index}`, index === 2 ? skus.visio : skus.e3));
    answers.push(await response.text());
    await until("the revoked token was refused", () =>
      relay.partnerCenter
        .calls()
        .some(({ correlationId, status }) => correlationId !== undefined && status === 401),
    );
    relay.keyVault.set("partner-access-token", good);
    tokens.push(good);
    await relay.ends.first(`secret-${index}`, 20_000);
  }
  answers.push(await (await submit({ ...request("secret-bad", skus.e3), token: tokens[0] })).text());
  relay.keyVault.faults.answer(403, "always");
  answers.push(await (await fetch(`${relay.host().url}/api/health`)).text());
  await relay.host().stop();

  const said = `${relay.host().output()}\n${answers.join("\n")}`;
  const signatures = tokens.map((token) => token.split(".")[2] ?? "");
  const sasKey = /SharedAccessKey=([^;]+)/.exec(relay.broker.connectionString)?.[1] ?? "";
  const secrets = [...tokens, ...signatures, sasKey, "key-nobody-may-see", "SharedAccessSignature sr="];
  expect(said.length).toBeGreaterThan(10_000);
  expect(secrets.filter((secret) => secret !== "" && said.includes(secret))).toEqual([]);
  expect(said).not.toMatch(/Bearer\s+ey|eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/);
}, 90_000);
