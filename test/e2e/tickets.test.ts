import { request as httpRequest } from "node:http";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { deliver, signed, type ToDeliver } from "../../local/desk/deliver.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { TicketCheckView } from "../../shared/http/api/views.ts";
import type { ProfileName } from "../../shared/ticket/in/profiles.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";
import { deliveryOf, recipes, SECRET, writeRecipeSources } from "../support/recipes.ts";
import { startRelay, type Relay } from "../support/relay.ts";

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

describe.each(recipes.map(({ name }) => name))("the recipe %s", (name) => {
  test("is taken as the page says, and the same delivery again is the same request", async () => {
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
  });

  test("passes /check, which makes nothing", async () => {
    const delivery = recipeDelivery(name, { deliveryId: "checked" });
    const checked = await check(delivery);
    expect(checked).toMatchObject({
      wouldAnswer: 202,
      signature: { ok: true },
      clock: { ok: true },
      mapping: { ok: true, request: { customerId: customers.contoso } },
    });
  });

  test("is not taken with a wrong signature, a changed body or none, whatever case its headers have", async () => {
    const delivery = recipeDelivery(name);
    expect(
      (await deliver(url, { ...delivery, secret: "whsec_d3JvbmcgYnV0IGxvbmcgZW5vdWdoIGZvciBhbnlib2R5" }))
        .status,
    ).toBe(401);
    expect((await deliver(url, { ...delivery, secret: OLD_SECRET })).status).toBe(202);
    const { headers, body } = signed(delivery);
    const upper = Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [key.toUpperCase(), value]),
    );
    const post = (init: RequestInit) => fetch(`${url}/api/tickets/${name}`, { method: "POST", ...init });
    expect((await post({ headers: upper, body })).status).toBe(202);
    expect((await post({ headers: { "content-type": "application/json" }, body })).status).toBe(401);
    const { kind } = toSource(name, fileOf(name)).scheme;
    const changed = await post({ headers, body: `${body} ` });
    expect(changed.status).toBe(kind === "sharedSecret" ? 202 : 401);
  });
});

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

/** A POST without Content-Length, which fetch cannot be made to send. */
const chunked = (path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { headers, body } = signed(zendesk(wish("chunked")));
    const call = httpRequest(`${url}${path}`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.once("error", reject);
    call.write(body.slice(0, 5));
    call.end(body.slice(5));
  });

describe("POST /api/tickets/{source}", () => {
  test("answers 404 for a source that is not there", async () => {
    expect((await deliver(url, { ...zendesk({}), source: "nobody" })).status).toBe(404);
  });

  test("answers 411 for a chunked body and 413 for one that is too large", async () => {
    expect(await chunked("/api/tickets/zendesk")).toBe(411);
    expect((await deliver(url, zendesk({ pad: "x".repeat(70_000) }))).status).toBe(413);
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

  test("answers 400 for what cannot be read, naming it", async () => {
    const broken = await deliver(url, zendesk('{"userId": "Ana "Zoë" Li"}'));
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ errors: [{ pointer: "", detail: "is not JSON" }] });
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
  });

  test("answers 200 for events that ask for nothing", async () => {
    const ping = await deliver(url, recipeDelivery("github", { body: { zen: "Keep it logically awesome" } }));
    expect([ping.status, await ping.json()]).toMatchObject([200, { status: "ignored" }]);
    const body = { Action: "Deactivated", Guid: "g", EntityType: "Ticket", Id: 1 };
    expect((await deliver(url, recipeDelivery("autotask", { body }))).status).toBe(200);
    expect(relay.host().output()).toContain("ticket.senderStopped");
  });

  test("answers 401 for a time that is too long ago, and /check says why", async () => {
    const delivery = zendesk(wish("old"), { at: new Date(Date.now() - 600_000) });
    expect((await deliver(url, delivery)).status).toBe(401);
    const checked = await check(delivery);
    expect(checked).toMatchObject({ wouldAnswer: 401, signature: { ok: true }, clock: { ok: false } });
    expect(checked.clock.detail).toContain("in the past");
  });

  test("answers 422 for an id with another wish, and never 409", async () => {
    const body = (user: string) => ({ ...wish("reused"), userId: user });
    expect((await deliver(url, recipeDelivery("github", { body: body(users.contoso.ana) }))).status).toBe(
      202,
    );
    expect((await deliver(url, recipeDelivery("github", { body: body(users.contoso.ben) }))).status).toBe(
      422,
    );
  });

  test("/check needs the operator's key", async () => {
    const answer = await deliver(
      url,
      { ...zendesk(wish("key")), headers: { "x-functions-key": "local" } },
      "/check",
    );
    expect(answer.status).toBe(401);
  });
});
