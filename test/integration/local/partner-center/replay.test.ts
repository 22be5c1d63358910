import { expect, test } from "vitest";

import { skus, users } from "../../../../local/partner-center/seed.ts";
import { createToken } from "../../../../local/partner-center/token.ts";
import { assigning, openStage, removing } from "./stage.ts";

const asOnce = { headers: { "ms-requestid": "1c9f7d0e-0000-4000-8000-000000000001" } };
const asAnother = { headers: { "ms-requestid": "1c9f7d0e-0000-4000-8000-000000000002" } };
const assignE3 = assigning(skus.e3);

test("a repeat under the same MS-RequestId gets the first answer and applies nothing", async () => {
  await using stage = await openStage();
  const first = await stage.update(assignE3, asOnce);
  const again = await stage.update(assignE3, asOnce);
  expect(again).toMatchObject({ status: first.status, json: first.json });
  expect(stage.partnerCenter.journal()).toHaveLength(1);
  expect(stage.partnerCenter.calls()).toHaveLength(2);
});

test("a refusal is repeated too, even when its cause is gone by then", async () => {
  await using stage = await openStage();
  expect(await stage.update(removing(skus.e3), asOnce)).toMatchObject({ status: 400, code: 3000 });
  await stage.update(assignE3, asAnother);
  expect(await stage.update(removing(skus.e3), asOnce)).toMatchObject({ status: 400, code: 3000 });
});

test("another id, another body or another user is another call", async () => {
  await using stage = await openStage();
  await stage.update(assignE3, asOnce);
  await stage.update(assignE3, asAnother);
  await stage.update(assigning(skus.e5), asOnce);
  await stage.update(assignE3, { ...asOnce, user: users.contoso.ben });
  expect(stage.partnerCenter.journal()).toHaveLength(4);
});

test("a call without an id is never taken for a repeat", async () => {
  await using stage = await openStage();
  await stage.update(assignE3);
  await stage.update(assignE3);
  expect(stage.partnerCenter.journal()).toHaveLength(2);
});

test("a repeat while the first is processed waits and gets its answer", async () => {
  await using stage = await openStage();
  stage.partnerCenter.addFault({ match: {}, action: { kind: "delay", ms: 50 } });
  const both = await Promise.all([stage.update(assignE3, asOnce), stage.update(assignE3, asOnce)]);
  expect(both.map(({ status }) => status)).toEqual([201, 201]);
  expect(stage.partnerCenter.journal()).toHaveLength(1);
});

test("what the gateway answers is not repeated", async () => {
  await using stage = await openStage();
  stage.partnerCenter.addFault({ match: {}, action: { kind: "answer", status: 503 } });
  expect((await stage.update(assignE3, asOnce)).status).toBe(503);
  const token = createToken({ mfa: false });
  expect((await stage.update(assignE3, { ...asOnce, token })).status).toBe(401);
  expect((await stage.update(assignE3, asOnce)).status).toBe(201);
});

test("a repeat is a new call where the settings say so, or once the window is over", async () => {
  await using stage = await openStage({ settings: { replay: "re-execute" } });
  await stage.update(assignE3, asOnce);
  await stage.update(assignE3, asOnce);
  stage.partnerCenter.updateSettings({ replay: "stored", replayWindowMs: 0 });
  await stage.update(assignE3, asOnce);
  await stage.update(assignE3, asOnce);
  expect(stage.partnerCenter.journal()).toHaveLength(4);
});
