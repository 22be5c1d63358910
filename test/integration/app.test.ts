import { randomUUID } from "node:crypto";

import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from "@azure/service-bus";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { signed } from "../../local/desk/deliver.ts";
import { sampleSecrets } from "../../local/desk/sampleSources.ts";
import { customers, skus, users } from "../../local/partner-center/seed.ts";
import { createToken } from "../../local/partner-center/token.ts";
import { apart } from "../../local/ports.ts";
import { startLocalAzure, type LocalAzure } from "../../local/startLocalAzure.ts";
import type { App } from "../../shared/app.ts";
import { fromOperation } from "../../shared/message/fromOperation.ts";
import { fromPoison } from "../../shared/message/fromPoison.ts";
import { fromTrigger } from "../../shared/message/fromTrigger.ts";
import type { Delivery } from "../../shared/outcome/delivery.ts";
import { laneOf } from "../../shared/request/lane.ts";
import type { LicenseRequest } from "../../shared/request/schema.ts";
import { aRequest } from "../support/builders.ts";
import { logJournal } from "../support/logJournal.ts";

const OUTCOMES = "license-outcomes";
/** The ids of one run of a test: it finds nothing of an earlier one. */
const idOf = (name: string): string => `${name}-${randomUUID()}`;
const environment = { ...process.env };
const { log, events } = logJournal();

let azure: LocalAzure;
let bus: ServiceBusClient;
let app: App;
const part = <T>(found: T | undefined): T => {
  if (found === undefined) throw new Error("A part of local Azure was not started");
  return found;
};

// The app reads the environment when it is loaded, and holds its connections until the process ends
beforeAll(async () => {
  azure = await startLocalAzure({ env: apart });
  Object.assign(process.env, azure.settings, { PROOF_DELAY_SECONDS: "1", RETRY_BASE_MILLISECONDS: "50" });
  ({ app } = await import("../../shared/app.ts"));
  bus = new ServiceBusClient(part(azure.broker).connectionString);
}, 60_000);
afterAll(async () => {
  await bus.close();
  await azure.close();
  process.env = environment;
});

const options = { skipParsingBodyAsJson: true } as const;

/** The next message about something, off its queue or subscription; what another test has left is taken away. */
const takeFrom = async (
  receiver: ServiceBusReceiver,
  about: (message: ServiceBusReceivedMessage) => boolean,
): Promise<ServiceBusReceivedMessage> => {
  try {
    for (;;) {
      const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5000 });
      const found = part(message);
      await receiver.completeMessage(found);
      if (about(found)) return found;
    }
  } finally {
    await receiver.close();
  }
};
const take = (id: string, queue: string, subscription?: string): Promise<ServiceBusReceivedMessage> =>
  takeFrom(
    subscription === undefined
      ? bus.createReceiver(queue, options)
      : bus.createReceiver(queue, subscription, options),
    ({ correlationId }) => correlationId === id,
  );
const toDelivery = (message: ServiceBusReceivedMessage): Delivery => fromTrigger(message.body, message);
/** Applies the next message of a request out of its lane, and returns the id of the message. */
const applyNext = async (request: Pick<LicenseRequest, "requestId" | "customerId" | "userId">) => {
  const receiver = await bus.acceptSession("license-updates", laneOf(request, 4), options);
  const message = await takeFrom(receiver, ({ correlationId }) => correlationId === request.requestId);
  await app.changes.apply(toDelivery(message), log);
  return message.messageId;
};
const nextOutcome = async (id: string): Promise<unknown> => {
  const message = await take(id, OUTCOMES, "all");
  return { event: JSON.parse(String(message.body)) as unknown, filters: message.applicationProperties };
};
const historyOf = async (id: string) =>
  (await app.http.view.request(id))?.history.map(({ event }) => event) ?? [];
const statusOf = async (id: string) => (await app.http.view.request(id))?.entry.request?.status;

const forBen = (requestId: string, fields: Readonly<Record<string, unknown>> = {}) =>
  aRequest({
    requestId,
    customerId: customers.contoso,
    userId: users.contoso.ben,
    licensesToAssign: [{ skuId: skus.e5 }],
    ...fields,
  });

describe("the app", () => {
  test("applies a request that was accepted, tells of it and proves it", async () => {
    const partnerCenter = part(azure.partnerCenter);
    const request = forBen(idOf("good"));
    const { requestId } = request;
    expect(await app.changes.accept(request, "http", log)).toMatchObject({ status: "accepted" });
    expect(await applyNext(request)).toBe(requestId);
    const assigned = partnerCenter
      .journal()
      .filter(({ userId }) => userId === users.contoso.ben)
      .flatMap((change) => change.assigned.map(({ skuId }) => skuId));
    expect(assigned).toContain(skus.e5);
    expect(await historyOf(requestId)).toEqual(["accepted", "applying", "applied"]);
    expect(await nextOutcome(requestId)).toMatchObject({
      event: { subject: requestId, data: { outcome: "applied" } },
      filters: { outcome: "applied" },
    });
    expect(app.http.pace.state()).toMatchObject({ throttled: 0 });
    expect(app.http.pace.state().calls).toBeGreaterThan(0);

    await new Promise((resolve) => setTimeout(resolve, 1000));
    await app.changes.prove(log);
    expect((await app.http.view.request(requestId))?.entry.request?.proof).toMatchObject({ result: "seen" });
  });

  test("files a refusal and replays it", async () => {
    const request = forBen(idOf("sold-out"), { licensesToAssign: [{ skuId: skus.visio }] });
    const { requestId } = request;
    part(azure.partnerCenter).setSeats(customers.contoso, skus.visio, 0);
    await app.changes.accept(request, "http", log);
    await applyNext(request);
    expect(await nextOutcome(requestId)).toMatchObject({ event: { data: { category: "no-seats" } } });
    const poison = await take(requestId, "license-updates-poison");
    const properties = Object.fromEntries(
      Object.entries(poison.applicationProperties ?? {}).map(([name, value]) => [
        name.slice(0, 1).toLowerCase() + name.slice(1),
        value,
      ]),
    );
    const metadata = { messageId: poison.messageId, applicationProperties: properties };
    await app.poison.file(fromPoison(poison.body, metadata, new Date().toISOString()), log);
    expect((await app.http.view.poison(requestId))?.entry.poison).toMatchObject({ state: "open" });

    await app.http.view.note({ category: "no-seats" }, { text: "ordered", by: "kim", at: "2026-01-01" });
    expect(await app.http.view.groups({ state: "open", limit: 10 })).toMatchObject([
      { group: { category: "no-seats", count: 1 }, note: { text: "ordered" } },
    ]);

    part(azure.partnerCenter).setSeats(customers.contoso, skus.visio, 1000);
    const { id } = await app.poison.manage.start("replay", { ids: [requestId] }, "kim", log);
    const ticks = await bus.acceptSession("license-operations", id, options);
    const tick = await takeFrom(ticks, () => true);
    expect(fromOperation(tick.body)).toBe(id);
    const [replayed] = await Promise.all([applyNext(request), app.poison.operate(id, log)]);
    expect(replayed).toBe(`${requestId}~1`);
    expect((await app.http.view.operation(id))?.operation).toMatchObject({ state: "done", done: 1 });
    expect(await statusOf(requestId)).toBe("applied");
    expect(await nextOutcome(requestId)).toMatchObject({
      event: { data: { outcome: "applied", replays: 1 } },
    });
  });

  test("lets a request wait for seats, and sends it on when there are some", async () => {
    const partnerCenter = part(azure.partnerCenter);
    const requestId = idOf("waits");
    partnerCenter.setSeats(customers.adatum, skus.powerBiPro, 0);
    const request = aRequest({
      requestId,
      customerId: customers.adatum,
      userId: users.adatum.ben,
      licensesToAssign: [{ skuId: skus.powerBiPro }],
      waitForSeats: "PT1H",
    });
    await app.changes.accept(request, "http", log);
    await applyNext(request);
    expect(await statusOf(requestId)).toBe("parked");
    expect(await nextOutcome(requestId)).toMatchObject({ event: { data: { outcome: "parked" } } });
    expect(await app.seats.missing(customers.adatum, log)).toMatchObject([{ waiting: 1 }]);
    partnerCenter.setSeats(customers.adatum, skus.powerBiPro, 1000);
    await app.seats.resume(log);
    expect(await applyNext(request)).toBe(`${requestId}~seats~1`);
    expect(await statusOf(requestId)).toBe("applied");
    expect(await nextOutcome(requestId)).toMatchObject({ event: { data: { outcome: "applied" } } });
  });

  test("takes a ticket, and tells it what became of it", async () => {
    const ticketId = idOf("4711");
    const { body, headers } = signed({
      source: "zendesk",
      profile: "zendesk",
      secret: sampleSecrets["ticket-zendesk"],
      body: {
        requestId: idOf("ticket"),
        customerId: "litware",
        userId: users.litware.carla,
        licensesToAssign: "E3",
        ticket: { id: ticketId },
      },
    });
    const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const delivery = {
      body: Buffer.from(body),
      header: (name: string) => lower.get(name.toLowerCase()),
    };
    expect(await app.tickets.check("zendesk", delivery)).toMatchObject({
      signature: { kind: "verified" },
      mapping: { kind: "request" },
    });
    const received = await app.tickets.receive("zendesk", delivery, log);
    if (received.kind !== "accepted") throw new Error(`The ticket was ${received.kind}`);
    const { request } = received;
    await applyNext(request);
    await app.tickets.notify.tell(toDelivery(await take(request.requestId, OUTCOMES, "tickets")), log);
    expect(part(azure.desk).notesOn(ticketId)).toMatchObject([{ method: "POST", isSigned: true }]);
    expect(await nextOutcome(request.requestId)).toMatchObject({
      filters: { notify: "ticket", ticketSource: "zendesk" },
    });
  });

  test("renews the partner's token and is well", async () => {
    part(azure.keyVault).set("partner-access-token", createToken({ lifetimeSeconds: 60 }));
    await app.token.tend(log);
    expect(part(azure.entra).requests()).toBeGreaterThan(0);
    expect(events()).toContain("token.renewed");
    expect(await app.http.health(log)).toEqual({
      status: "healthy",
      checks: {
        queue: { status: "healthy" },
        vault: { status: "healthy" },
        ledger: { status: "healthy" },
        tickets: { status: "healthy" },
        token: { status: "healthy" },
        deadLetters: { status: "healthy" },
      },
    });
  });

  test("cleans the ledger of nothing that is young", async () => {
    const request = forBen(idOf("young"));
    await app.changes.accept(request, "http", log);
    await app.clean(log);
    expect(events()).toContain("ledger.cleaned");
    expect(await statusOf(request.requestId)).toBe("accepted");
  });
});
