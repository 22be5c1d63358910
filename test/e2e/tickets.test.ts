import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { deliver, signed, type ToDeliver } from "../../local/desk/deliver.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { TicketCheckView } from "../../shared/http/api/views.ts";
import type { ProfileName } from "../../shared/ticket/in/profiles.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";
import { deliveryOf, recipes, SECRET, writeRecipeSources } from "../support/recipes.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { until } from "../support/until.ts";

const OLD_SECRET = "whsec_bmV2ZXItdXNlLXRoaXMtc2VjcmV0LWFueS1tb3Jl";

const fileOf = (name: string) =>
  SourceFile.parse(JSON.parse(recipes.find((recipe) => recipe.name === name)?.block("source") ?? "{}"));
const profileNameOf = (name: string): ProfileName => fileOf(name).profile;
const recipeDelivery = (name: string, more: Partial<ToDeliver> = {}): ToDeliver => {
  const recipe = recipes.find((one) => one.name === name);
  return {
    source: name,
    profile: profileNameOf(name),
    scheme: toSource(name, fileOf(name)).scheme,
    secret: SECRET,
    body: recipe === undefined ? "" : deliveryOf(recipe),
    ...more,
  };
};

let relay: Relay;
let url: string;
beforeAll(async () => {
  relay = await startRelay({
    tickets: (desk) =>
      writeRecipeSources((name, file) => ({
        ...file,
        previousSecret: `${name}-before`,
        // Nothing of a test leaves this machine
        ...(file["callbackUrl"] === undefined ? {} : { callbackUrl: `${desk.url}/tickets/{ticketId}` }),
      })),
  });
  url = relay.host().url;
  for (const { name } of recipes) {
    const { secret, callbackSecret, callbackAuthorization } = fileOf(name);
    for (const secretName of [secret, callbackSecret])
      if (secretName !== undefined) relay.keyVault.set(secretName, SECRET);
    if (callbackAuthorization !== undefined) relay.keyVault.set(callbackAuthorization, "Basic abc");
    relay.keyVault.set(`${name}-before`, OLD_SECRET);
  }
}, 60_000);
afterAll(() => relay.close());

const Taken = z.object({ requestId: z.string(), status: z.string() });
const check = async (delivery: ToDeliver) => {
  const { headers, body } = signed(delivery);
  const response = await fetch(`${url}/api/tickets/${delivery.source}/check`, {
    method: "POST",
    headers: { ...headers, "x-functions-key": "local-operator" },
    body,
  });
  expect(response.status).toBe(200);
  return TicketCheckView.parse(await response.json());
};

test.each(recipes.map(({ name }) => name))(
  "a delivery of the recipe %s is taken as the page says, and the same again is the same request",
  async (name) => {
    const first = await deliver(url, recipeDelivery(name, { deliveryId: "recipe" }));
    expect(first.status).toBe(202);
    const { requestId } = Taken.parse(await first.json());
    const again = await deliver(url, recipeDelivery(name, { deliveryId: "recipe" }));
    expect([again.status, Taken.parse(await again.json()).requestId]).toEqual([202, requestId]);
    const status = await relay.api().status(requestId);
    expect(status?.request).toMatchObject({
      customerId: customers.contoso,
      userId: "ana@contoso.onmicrosoft.com",
      licensesToAssign: [{ skuId: skus.e3 }, ...(status?.request.licensesToAssign ?? []).slice(1)],
      ticket: { source: name },
    });
    expect((await relay.ends.first(requestId, 15_000)).outcome).toMatch(/^(?:applied|refused)$/);
  },
);

const zendesk = (body: unknown, more: Partial<ToDeliver> = {}) =>
  recipeDelivery("zendesk", { body, ...more });
const wish = (requestId: string, more: object = {}) => ({
  requestId,
  customerId: "contoso",
  userId: users.contoso.ben,
  licensesToAssign: "E3",
  ticket: { id: requestId },
  ...more,
});

describe("POST /api/tickets/{source}", () => {
  test("answers 404 for a source that is not there", async () => {
    expect((await deliver(url, { ...zendesk({}), source: "nobody" })).status).toBe(404);
  });

  test("answers 401 for a wrong signature, a changed body or none, and takes the secret before", async () => {
    const delivery = recipeDelivery("github", { body: wish("signed") });
    const wrong = { ...delivery, secret: "whsec_d3JvbmcgYnV0IGxvbmcgZW5vdWdoIGZvciBhbnlib2R5" };
    expect((await deliver(url, wrong)).status).toBe(401);
    expect((await deliver(url, { ...delivery, secret: OLD_SECRET })).status).toBe(202);
    const { headers, body } = signed(delivery);
    const post = (init: RequestInit) => fetch(`${url}/api/tickets/github`, { method: "POST", ...init });
    expect((await post({ headers: { "content-type": "application/json" }, body })).status).toBe(401);
    expect((await post({ headers, body: `${body} ` })).status).toBe(401);
  });

  test("takes an issue of Jira of more than 64 KiB", async () => {
    const description = JSON.stringify("x".repeat(200_000));
    const body = String(recipeDelivery("jira-webhook").body).replace(
      /("summary": )"[^"]*"/,
      `$1${description}`,
    );
    expect(body.length).toBeGreaterThan(200_000);
    expect((await deliver(url, recipeDelivery("jira-webhook", { body }))).status).toBe(202);
  });

  test("answers 400 for what is no text: a body comes byte for byte", async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const { headers } = signed({ ...recipeDelivery("bearer"), body: "" });
    const noText = await fetch(`${url}/api/tickets/bearer`, { method: "POST", headers, body: bytes });
    expect([noText.status, await noText.json()]).toMatchObject([
      400,
      { errors: [{ detail: "is not UTF-8 text" }] },
    ]);
  });

  test("answers 400 with every problem, or 202 where the ticket hears of it", async () => {
    const bad = { customerId: "acme", userId: "x", licensesToAssign: "E9", ticket: { id: "bad-1" } };
    const plain = await deliver(url, recipeDelivery("github", { body: bad }));
    expect(plain.status).toBe(400);
    expect(await plain.json()).toMatchObject({
      errors: [{ pointer: "/licensesToAssign/0/skuId" }, { pointer: "/customerId" }, { pointer: "/userId" }],
    });
    const told = await deliver(url, zendesk(bad));
    expect([told.status, await told.json()]).toMatchObject([202, { status: "rejected" }]);
    await until("the ticket is told", () => relay.desk.notesOn("bad-1").length === 1);
  });

  test("answers 401 for a time that is too long ago; /check says why, and makes nothing of what it would take", async () => {
    const delivery = zendesk(wish("old"), { at: new Date(Date.now() - 600_000) });
    expect((await deliver(url, delivery)).status).toBe(401);
    const checked = await check(delivery);
    expect(checked).toMatchObject({ wouldAnswer: 401, signature: { ok: true }, clock: { ok: false } });
    expect(checked.clock.detail).toContain("in the past");
    const good = await check(zendesk(wish("checked")));
    expect(good).toMatchObject({
      wouldAnswer: 202,
      signature: { ok: true },
      clock: { ok: true },
      mapping: { ok: true, request: { customerId: customers.contoso } },
    });
    expect(await relay.api().status(good.mapping.request?.requestId ?? "")).toBeUndefined();
  });
});

describe("a length that cannot be compared", () => {
  const hostile = { length: { toString: 1 } };
  const aBody = (requestId: string, fields: object) => ({
    requestId,
    customerId: customers.contoso,
    userId: "ana@contoso.onmicrosoft.com",
    licensesToAssign: [{ skuId: skus.e3 }],
    ...fields,
  });
  const Filed = z.object({ items: z.array(z.unknown()) });

  test("over HTTP is answered 400, by name", async () => {
    const answer = await relay.submit(aBody("hostile-http", { requestedBy: hostile }));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      errors: [{ pointer: "/requestedBy", detail: "must be text" }],
    });
  });

  test("on the queue becomes one poison message, at the first try", async () => {
    const filed = async () =>
      Filed.parse((await relay.ask("poison?category=invalid-message")).body).items.length;
    const before = await filed();
    await relay.send({
      messageId: "hostile-queue",
      sessionId: `${customers.contoso}/hostile`,
      contentType: "application/json",
      body: aBody("hostile-queue", { requestedBy: hostile }),
    });
    await until("it is filed", async () => (await filed()) > before);
    expect(relay.broker.counts("license-updates")).toMatchObject({ deadLetter: 0 });
    expect(await filed()).toBe(before + 1);
    const refusals = relay
      .host()
      .output()
      .split("\n")
      .filter((line) => line.includes("update.refused") && line.includes("invalid-message"));
    expect(refusals).toHaveLength(1);
  });

  test.each([
    ["where a text may be left out is taken without it", { requestedBy: hostile }, 202],
    [
      "where it would be part of a license is answered as any bad ticket",
      { licensesToAssign: [{ skuId: skus.e3, excludedPlans: hostile }] },
      400,
    ],
  ])("in a ticket %s", async (name, fields, status) => {
    const body = JSON.stringify(aBody(`hostile-${status}`, fields));
    const answer = await deliver(url, recipeDelivery("bearer", { body, deliveryId: name }));
    expect([answer.status, await answer.text()]).toEqual([
      status,
      expect.stringContaining(status === 400 ? "/licensesToAssign/0/excludedPlans" : "bearer:hostile-202"),
    ]);
  });
});
