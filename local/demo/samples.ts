import { keyOfMessage } from "../../shared/message/poisonMessage.ts";
import type { FaultRule } from "../partner-center/faults.ts";
import { plans } from "../partner-center/products.ts";
import { customers, skus, userNameOf, users } from "../partner-center/seed.ts";
import { createToken } from "../partner-center/token.ts";
import { enqueue, overHttp, sent, submit, type Sample, type Wish } from "./sample.ts";
import type { Stage } from "./stage.ts";

type Customer = keyof typeof customers;
type User = keyof typeof users.contoso;

const applied = { outcome: "applied", status: 201, attempts: 1 } as const;

const at = (customer: Customer, user: User, licenses: Wish): Wish => ({
  customerId: customers[customer],
  userId: users[customer][user],
  ...licenses,
});
const assign = (...skuIds: readonly string[]): Wish => ({
  // Plans are mentioned: nothing has to be read before the call
  licensesToAssign: skuIds.map((skuId) => ({ skuId, excludedPlans: null })),
});
const remove = (...skuIds: readonly string[]): Wish => ({ licensesToRemove: skuIds });

/** Trouble for the license updates of one user. */
const trouble =
  (customer: Customer, user: User, times: number | "always", action: FaultRule["action"]) =>
  ({ partnerCenter }: Stage): void => {
    partnerCenter.addFault({
      match: { userId: users[customer][user], path: "licenseupdates" },
      times,
      action,
    });
  };

const licensesOf = ({ partnerCenter }: Stage, customer: Customer, user: User): readonly string[] => {
  const found = partnerCenter.world.customers.get(customers[customer])?.users.get(users[customer][user]);
  return [...(found?.licenses.keys() ?? [])].toSorted();
};

const holds =
  (customer: Customer, user: User, ...skuIds: readonly string[]) =>
  (stage: Stage): string | undefined => {
    const actual = licensesOf(stage, customer, user).join(", ");
    const wanted = skuIds.toSorted().join(", ");
    return actual === wanted
      ? undefined
      : `the user holds ${actual || "nothing"}, and should hold ${wanted || "nothing"}`;
  };

const BROKEN_ID = "demo-broken-message";
const BROKEN_BODY = { requestId: BROKEN_ID, userId: users.contoso.ana, ...assign(skus.e3) };

/** What the demo shows, in this order. Each has users of its own, so that none is in another's lane by design. */
export const samples: readonly Sample[] = [
  overHttp(
    "wrong-token",
    "E3 for Ana at Litware, with a generatetoken token in the vault",
    at("litware", "ana", assign(skus.e3)),
    { outcome: "refused", category: "token-kind", status: 400, code: 900316, attempts: 1 },
    ({ storeToken }) => {
      storeToken(createToken({ kind: "partner" }));
    },
  ),
  {
    ...overHttp(
      "always-503",
      "E3 for Ben at Wingtip, whose calls only ever get 503",
      at("wingtip", "ben", assign(skus.e3)),
      { outcome: "refused", category: "retries-exhausted", attempts: { atLeast: 3 } },
      (stage) => {
        stage.storeToken(createToken());
        trouble("wingtip", "ben", "always", { kind: "answer", status: 503 })(stage);
      },
    ),
    background: true,
  },
  {
    ...overHttp("assign-one", "E3 for Ana at Contoso", at("contoso", "ana", assign(skus.e3)), applied),
    check: holds("contoso", "ana", skus.e3),
  },
  overHttp(
    "excluded-plans",
    "E3 without Yammer for Ben, named by user principal name",
    {
      customerId: customers.contoso,
      userId: userNameOf("contoso", "ben"),
      licensesToAssign: [{ skuId: skus.e3, excludedPlans: [plans.yammer.id] }],
    },
    applied,
  ),
  {
    ...overHttp(
      "assign-two-remove-one",
      "E5 and Teams Phone for Dario in place of his E3",
      at("contoso", "dario", { ...assign(skus.e5, skus.teamsPhone), ...remove(skus.e3) }),
      applied,
    ),
    check: holds("contoso", "dario", skus.e5, skus.teamsPhone),
  },
  sent(
    "same-request-twice",
    "Power BI Pro for Carla, sent twice with the same requestId",
    async (stage, requestId) => {
      const wish = at("contoso", "carla", assign(skus.powerBiPro));
      await submit(stage, requestId, wish);
      await submit(stage, requestId, wish);
    },
    applied,
  ),
  {
    ...sent(
      "two-in-order",
      "EMS for Elif, and right behind it its removal",
      async (stage, requestId) => {
        await submit(stage, `${requestId}-first`, at("contoso", "elif", assign(skus.ems)));
        await submit(stage, requestId, at("contoso", "elif", remove(skus.ems)));
      },
      applied,
    ),
    check: holds("contoso", "elif"),
  },
  sent(
    "from-a-service",
    "E3 for Farid, put on the queue by another service",
    (stage, requestId) => enqueue(stage, requestId, at("contoso", "farid", assign(skus.e3))),
    applied,
  ),
  overHttp("warning", "Project for Gina, a guest", at("contoso", "gina", assign(skus.project)), applied),
  overHttp("no-seats", "Visio for Ana, with no seat left", at("adatum", "ana", assign(skus.visio)), {
    outcome: "refused",
    category: "no-seats",
    status: 400,
    code: 60012,
    attempts: 1,
  }),
  overHttp("conditional-access", "E3 for Ana at Fabrikam", at("fabrikam", "ana", assign(skus.e3)), {
    outcome: "refused",
    category: "conditional-access",
    status: 403,
    code: 900309,
    attempts: 1,
  }),
  overHttp("gdap-role-missing", "E3 for Ana at Northwind", at("northwind", "ana", assign(skus.e3)), {
    outcome: "refused",
    category: "gdap-role-missing",
    status: 403,
    code: 900308,
    attempts: 1,
  }),
  overHttp(
    "user-not-found",
    "E3 for a user that Adatum does not have",
    { customerId: customers.adatum, userId: "nobody@adatum.onmicrosoft.com", ...assign(skus.e3) },
    { outcome: "refused", category: "user-not-found", status: 404, code: 60002, attempts: 1 },
  ),
  overHttp(
    "throttled",
    "E3 for Ben at Adatum, throttled with Retry-After: 1",
    at("adatum", "ben", assign(skus.e3)),
    { ...applied, attempts: 2 },
    trouble("adatum", "ben", 1, { kind: "answer", status: 429, headers: { "retry-after": "1" } }),
  ),
  overHttp(
    "500-twice",
    "E3 for Carla at Adatum, answered 500 twice",
    at("adatum", "carla", assign(skus.e3)),
    { ...applied, attempts: 3 },
    trouble("adatum", "carla", 2, { kind: "answer", status: 500, code: 800003 }),
  ),
  overHttp(
    "timeout-after-applying",
    "E3 for Elif at Adatum, applied without an answer",
    at("adatum", "elif", assign(skus.e3)),
    { outcome: "applied", attempts: 1 },
    trouble("adatum", "elif", 1, { kind: "applyThenHang" }),
  ),
  overHttp(
    "expired-token",
    "E3 for Farid at Adatum, with a new token in the vault since the last call",
    at("adatum", "farid", assign(skus.e3)),
    { ...applied, attempts: 2 },
    ({ partnerCenter, storeToken }) => {
      partnerCenter.revokeTokens();
      storeToken(createToken());
    },
  ),
  {
    ...sent(
      "broken-message",
      "A message without customerId, put on the queue by another service",
      (stage) => stage.enqueue({ messageId: BROKEN_ID, sessionId: "broken", body: BROKEN_BODY }),
      { outcome: "refused", category: "invalid-message", attempts: 0 },
    ),
    poisonId: keyOfMessage({
      messageId: BROKEN_ID,
      body: Buffer.from(JSON.stringify(BROKEN_BODY)),
      deliveryCount: 1,
    }).id,
  },
];
