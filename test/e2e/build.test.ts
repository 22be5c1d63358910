import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { deliver } from "../../local/desk/deliver.ts";
import { sampleSecrets } from "../../local/desk/sampleSources.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { startRelay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the compiled functions, which package.json names for Azure, run as the sources do", async () => {
  await promisify(execFile)("tsc", ["-p", "tsconfig.build.json"], { cwd: root });
  const relay = await startRelay({ pattern: "dist/functions/*.js" });
  const response = await relay.submit({
    requestId: "compiled",
    customerId: customers.contoso,
    userId: users.contoso.ana,
    licensesToAssign: [{ skuId: skus.e3 }],
  });
  expect(response.status).toBe(202);
  expect(await relay.ends.first("compiled", 15_000)).toMatchObject({ outcome: "applied" });
  // The thread of the expressions is a file of its own
  const ticket = await deliver(relay.host().url, {
    source: "webhook",
    profile: "standard-webhooks",
    secret: sampleSecrets["ticket-webhook"],
    body: { customerId: "contoso", userId: users.contoso.ben, licensesToAssign: "E3", ticket: "compiled" },
    deliveryId: "compiled",
  });
  expect(ticket.status).toBe(202);
  await until("the ticket is told", () => relay.desk.notesOn("compiled").length === 1);
  await relay.close();
}, 60_000);
