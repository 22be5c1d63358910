import { customers, skus, userNameOf, users } from "../../local/partner-center/seed.ts";
import type { Random } from "./random.ts";

const customerNames = ["contoso", "fabrikam", "northwind", "adatum", "wingtip", "litware"] as const;
const userNames = ["ana", "ben", "carla", "dario", "elif", "farid", "gina", "noor"] as const;
/** What the sellers call them; the last is no product. */
const skuNames = ["SPE_E3", "SPE_E5", "Power BI Pro", "VISIOCLIENT", "E33"];
const durations = ["PT1M", "PT8H", "P3D"];

/** Values that the API takes, by the name of their field or parameter. */
export const validTexts: Readonly<Record<string, (random: Random, tag: string) => unknown>> = {
  requestId: (_random, tag) => tag,
  id: (random, tag) => random.pick([tag, "~00000000-0000-8000-8000-000000000000", "4711"]),
  source: () => "zendesk",
  customerId: (random) => customers[random.pick(customerNames)],
  userId: (random) => users[random.pick(customerNames)][random.pick(userNames)],
  skuId: (random) => random.pick(Object.values(skus)),
  sku: (random) => random.pick(skuNames),
  // Few of them exist, so that no operation ever has all messages of a run before it
  category: (random) => random.pick(["user-not-found", "callback-blocked", "no-such-cause"]),
  code: (random) => random.pick([60002, 1000, 60012]),
  errorCode: (random) => random.pick(["60002", "1000", "60012"]),
  ids: (random, tag) => random.pick([[tag], [tag, "~00000000-0000-8000-8000-000000000000"]]),
  ticket: (random) => random.pick(["zendesk/4711", "github/1", "connectwise/a b"]),
  status: (random) => random.pick(["accepted", "applied", "poison", "parked"]),
  state: (random) => random.pick(["open", "discarded"]),
  by: () => "Kim",
  why: () => "seats were bought",
  text: () => "waits for the customer",
  limit: (random) => random.pick(["1", "2", "5"]),
  after: (random) => random.pick(["MTIz", "eyJhIjoxfQ", "1700000000000_x"]),
  canary: () => true,
  force: () => false,
  ratePerSecond: () => 5,
};

const licenses = (random: Random): readonly object[] =>
  Array.from({ length: 1 + random.below(2) }, () =>
    random.chance(0.7)
      ? { skuId: random.pick(Object.values(skus)), ...(random.chance(0.5) ? { excludedPlans: null } : {}) }
      : { sku: random.pick(skuNames), excludedPlans: random.pick([[], ["Yammer"], null]) },
  );

/** A request that the relay takes, most of the time one that Partner Center takes, too. */
export const validRequest = (random: Random, tag: string): Readonly<Record<string, unknown>> => {
  const customer = random.pick(customerNames);
  const user = random.pick(userNames);
  const removes = random.chance(0.3);
  return {
    ...(random.chance(0.2) ? { schemaVersion: 1 } : {}),
    requestId: tag,
    customerId: customers[customer],
    userId: random.chance(0.8) ? users[customer][user] : userNameOf(customer, user),
    ...(removes ? { licensesToRemove: [random.pick(Object.values(skus))] } : {}),
    ...(!removes || random.chance(0.2) ? { licensesToAssign: licenses(random) } : {}),
    ...(random.chance(0.2) ? { usageLocation: "DE" } : {}),
    ...(random.chance(0.1) ? { waitForSeats: random.pick(durations) } : {}),
    ...(random.chance(0.4)
      ? {
          ticket: {
            system: "zendesk",
            id: String(random.below(10_000)),
            ...(random.chance(0.5) ? { url: "https://desk.example.com/4711" } : {}),
            ...(random.chance(0.5) ? { source: "zendesk" } : {}),
            ...(random.chance(0.2) ? { callbackUrl: "https://desk.example.com/hooks" } : {}),
          },
        }
      : {}),
    ...(random.chance(0.5) ? { requestedBy: "Kim Lee" } : {}),
  };
};

const ends = (random: Random): object =>
  random.pick<object>([
    {
      outcome: "applied",
      alreadySo: false,
      status: 201,
      attempts: 1,
      warnings: [{ code: "1", message: "late" }],
    },
    {
      outcome: "refused",
      category: "no-seats",
      owner: "customer",
      meaning: "none",
      remedy: "buy",
      attempts: 1,
    },
    { outcome: "parked", since: "2026-01-15T10:00:00Z", until: "2026-01-16T10:00:00Z", skuIds: [skus.visio] },
    { outcome: "discarded", by: "Kim", why: "a test" },
    { outcome: "rejected", errors: [{ pointer: "/userId", detail: "is missing" }] },
  ]);

/** An outcome as the relay publishes it, with a ticket to be told. */
export const validEvent = (random: Random, tag: string): Readonly<Record<string, unknown>> => ({
  specversion: "1.0",
  id: tag,
  source: "/license-relay",
  type: "com.license-relay.update.applied",
  subject: tag,
  time: "2026-01-15T10:00:00.000Z",
  datacontenttype: "application/json",
  data: {
    ...validRequest(random, tag),
    ticket: {
      system: "zendesk",
      id: "4711",
      source: random.pick(["zendesk", "connectwise", "webhook", "github", "nobody"]),
      ...(random.chance(0.3) ? { callbackUrl: "https://desk.example.com/hooks" } : {}),
    },
    replays: 0,
    ...ends(random),
  },
});

/** The properties of a poison message, as the broker hands them over. */
export const validProperties = (random: Random, tag: string): Readonly<Record<string, unknown>> => ({
  Kind: random.pick(["update", "callback"]),
  DeadLetterReason: random.pick(["no-seats", "MaxDeliveryCountExceeded", "TTLExpiredException"]),
  DeadLetterErrorDescription: "there are no seats",
  Category: "fuzz-cause",
  Owner: random.pick(["customer", "partner admin", "operator", "Microsoft"]),
  Meaning: "There are no seats",
  Remedy: "Buy seats, then replay",
  Status: 400,
  Code: 60099,
  Description: "there are no seats",
  Attempts: 1,
  MsRequestId: "5d4b7e0c-9e57-4b0e-8c5f-3c1d0f6b6a01",
  MsCorrelationId: "5d4b7e0c-9e57-4b0e-8c5f-3c1d0f6b6a02",
  ...(random.chance(0.5) ? { PoisonId: `~${tag}`, Run: random.pick([0, 1, 999_999]) } : {}),
  RequestId: tag,
  OriginalMessageId: tag,
  OriginalContentType: "application/json",
  DeliveryCount: 1,
  CapturedAt: "2026-01-15T10:00:00.000Z",
});
