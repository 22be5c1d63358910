import { expect, test } from "vitest";

import { customers, users } from "../../../../local/partner-center/seed.ts";
import { openStage } from "./stage.ts";

const CONTOSO = `/v1/customers/${customers.contoso}/users/${users.contoso.ana}`;
const ADATUM = `/v1/customers/${customers.adatum}/users/${users.adatum.ana}`;
/** One call, then none for a long time. */
const ONE_CALL = { perSecond: 0.01, burst: 1 };

test("a customer that is called too often is throttled, others are not", async () => {
  await using stage = await openStage({ settings: { customerRate: ONE_CALL } });
  expect((await stage.ask(CONTOSO)).status).toBe(200);
  const told = await stage.ask(CONTOSO);
  const seconds = Number(told.header("retry-after"));
  expect(seconds).toBeGreaterThan(90);
  expect(told).toMatchObject({
    status: 429,
    json: { statusCode: 429, message: `Rate limit is exceeded. Try again in ${seconds} seconds.` },
  });
  expect((await stage.ask(ADATUM)).status).toBe(200);
});

test("a partner that calls too often is throttled for all customers", async () => {
  await using stage = await openStage({ settings: { partnerRate: ONE_CALL } });
  expect((await stage.ask(CONTOSO)).status).toBe(200);
  expect((await stage.ask(ADATUM)).status).toBe(429);
});

test("the time to wait comes as a date, or not at all, where the settings say so", async () => {
  await using stage = await openStage({ settings: { partnerRate: ONE_CALL, retryAfter: "date" } });
  await stage.ask(CONTOSO);
  const date = Date.parse((await stage.ask(CONTOSO)).header("retry-after") ?? "");
  expect(date).toBeGreaterThan(Date.now() + 90_000);
  stage.partnerCenter.updateSettings({ retryAfter: "absent" });
  const told = await stage.ask(CONTOSO);
  expect(told.status).toBe(429);
  expect(told.header("retry-after")).toBeUndefined();
});

test("a throttled call is throttled before its token is looked at, and is in the log", async () => {
  await using stage = await openStage({ settings: { partnerRate: ONE_CALL } });
  await stage.ask(CONTOSO);
  await stage.ask(CONTOSO, { token: null });
  expect(stage.partnerCenter.calls()).toMatchObject([{ status: 200 }, { status: 429 }]);
});
