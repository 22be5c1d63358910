import fc from "fast-check";
import { Agent, request as httpRequest } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";

import { sampleSecrets } from "../../local/desk/sampleSources.ts";
import { readMemoryMib } from "../../local/host/memory.ts";
import { profileOf, type ProfileName } from "../../shared/ticket/in/profiles.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";
import { startRelay, type Relay } from "../support/relay.ts";

/** Deliveries in all; `npm run fuzz` throws more. */
const DELIVERIES = Number(process.env["FUZZ_DELIVERIES"] ?? 2000);
const AT_ONCE = 20;
/** What the app may have grown by after all of them: caches fill up, and no more. */
const GROWTH_MAX_MIB = 250;

let relay: Relay;
const agent = new Agent({ connections: AT_ONCE });
beforeAll(async () => {
  relay = await startRelay();
}, 60_000);
afterAll(async () => {
  await agent.close();
  await relay.close();
});

const sources = [
  ["zendesk", "zendesk", sampleSecrets["ticket-zendesk"]],
  ["connectwise", "connectwise", sampleSecrets["ticket-connectwise"]],
  ["webhook", "standard-webhooks", sampleSecrets["ticket-webhook"]],
] as const satisfies readonly (readonly [string, ProfileName, string])[];

const FIELDS = [
  "requestId",
  "customerId",
  "userId",
  "licensesToAssign",
  "licensesToRemove",
  "ticket",
  "id",
  "url",
  "requestedBy",
  "Action",
  "Type",
  "ID",
  "Entity",
  "company",
  "identifier",
  "customFields",
  "caption",
  "value",
  "Metadata",
  "key_url",
  "__proto__",
  "constructor",
  "toString",
  "",
];
const leaf = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "updated",
    "ticket",
    "contoso",
    "E3",
    "E3,E5",
    "M365 user",
    "Licenses",
    "a@b.example",
    "{}",
    "[[",
    "\u0000",
    "💥",
  ),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const shaped = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.dictionary(fc.constantFrom(...FIELDS), tie("value"), { maxKeys: 8 }),
    fc.array(tie("value"), { maxLength: 5 }),
    tie("value").map((value) => JSON.stringify(value)),
  ),
})).value;
const body = fc.oneof(
  shaped.map((value) => Buffer.from(JSON.stringify(value) ?? "")),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  fc.nat(3000).map((depth) => Buffer.from("[".repeat(depth) + "]".repeat(depth))),
  fc
    .constantFrom('{"n":1e999}', '{"n":123456789012345678901234567890}', "\uFEFF{}", '{"a":1,"a":2}', "{}")
    .map((text) => Buffer.from(text)),
);
const headerValue = fc.string({ maxLength: 3000 }).map((text) => text.replaceAll(/[^\t\x20-\x7e]/g, ""));
const headers = fc.dictionary(
  fc.constantFrom(
    "x-zendesk-webhook-signature",
    "x-zendesk-webhook-signature-timestamp",
    "x-content-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "content-type",
    "authorization",
    "idempotency-key",
    "x-other",
  ),
  headerValue,
  { maxKeys: 3 },
);
const delivery = fc.record({
  source: fc.constantFrom(...sources),
  body,
  headers,
  // Most are signed, so that they come further than the door
  isSigned: fc.nat(9).map((n) => n < 8),
  path: fc.constantFrom("", "", "", "", "/check", "?recordId=1&x=%F0", "%2e%2e", "submit"),
});
type Delivery = typeof delivery extends fc.Arbitrary<infer D> ? D : never;

const send = async ({
  source: [name, profile, secret],
  body: bytes,
  headers: odd,
  isSigned,
  path,
}: Delivery) => {
  const { scheme } = profileOf(profile);
  const signature = isSigned
    ? signDelivery(scheme, { secret, body: bytes, at: new Date(), deliveryId: "fuzz" })
    : {};
  // The other way in
  const isSubmit = path === "submit";
  const answer = await httpRequest(
    `${relay.host().url}/api/${isSubmit ? "license-updates" : `tickets/${name}${path}`}`,
    {
      method: "POST",
      dispatcher: agent,
      headers: {
        ...odd,
        ...signature,
        ...(isSubmit ? { "content-type": "application/json" } : {}),
        ...(isSubmit || path === "/check" ? { "x-functions-key": "local-operator" } : {}),
      },
      body: bytes,
      headersTimeout: 10_000,
    },
  );
  await answer.body.dump();
  return answer.statusCode;
};

test(
  `${DELIVERIES} arbitrary deliveries get an answer, none of them a 5xx, and no memory is lost`,
  async () => {
    const seen = new Map<number, number>();
    const round = async (deliveries: number): Promise<void> => {
      await fc.assert(
        fc.asyncProperty(fc.array(delivery, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (all) => {
          const statuses = await Promise.all(all.map(send));
          for (const status of statuses) seen.set(status, (seen.get(status) ?? 0) + 1);
          // 429 would mean trouble of our own
          expect(statuses.filter((status) => status >= 500 || status === 429)).toEqual([]);
        }),
        { numRuns: Math.ceil(deliveries / AT_ONCE), endOnFailure: true },
      );
    };
    await round(DELIVERIES / 4);
    const before = await readMemoryMib(relay.host().pid);
    await round((DELIVERIES * 3) / 4);
    const after = await readMemoryMib(relay.host().pid);
    process.stdout.write(
      `answers ${JSON.stringify(Object.fromEntries(seen))}, memory ${before} → ${after} MiB\n`,
    );
    expect(
      [...seen.keys()].every((status) => [200, 202, 400, 401, 404, 413, 415, 422].includes(status)),
    ).toBe(true);
    expect(seen.get(400)).toBeGreaterThan(0);
    expect((after ?? 0) - (before ?? 0)).toBeLessThan(GROWTH_MAX_MIB);
    expect(relay.host().output()).not.toMatch(/unhandled|Exception:/i);
  },
  30 * 60_000,
);
