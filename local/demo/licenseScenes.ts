import { customers, skus, users } from "../partner-center/seed.ts";
import { createToken } from "../partner-center/token.ts";
import type { Ends } from "./ends.ts";
import { wrongUnless, type Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";
import { waitUntil } from "./waitUntil.ts";

const PATIENCE_MS = 20_000;

const litware = (user: keyof typeof users.litware, wish: object) => ({
  customerId: customers.litware,
  userId: users.litware[user],
  ...wish,
});

const statusOf = async ({ api }: Stage, requestId: string) => {
  const status = await api.status(requestId);
  if (status === undefined) throw new Error(`There is no request ${requestId}`);
  return status;
};

const ask = async ({ api }: Stage, ends: Ends, body: { readonly requestId: string }) => {
  await api.submit(body);
  return ends.first(body.requestId, PATIENCE_MS);
};

/** What the demo shows of names, seats, proof and tokens. */
export const licenseScenes: readonly Scene[] = [
  {
    name: "name-in-place-of-id",
    asked: "Microsoft 365 E5, by name, for Carla at Litware, without Teams",
    play: async (stage, ends) => {
      const requestId = "demo-by-name";
      const wish = { licensesToAssign: [{ sku: "microsoft 365 e5", excludedPlans: ["TEAMS1"] }] };
      const { outcome } = await ask(stage, ends, { requestId, ...litware("carla", wish) });
      const held = stage.partnerCenter.world.customers
        .get(customers.litware)
        ?.users.get(users.litware.carla)
        ?.licenses.get(skus.e5);
      return {
        became: outcome,
        why: "found among the customer's subscribed SKUs",
        ...wrongUnless(held?.length === 1, `the license has ${held?.length ?? "no"} excluded plans`),
      };
    },
  },
  {
    name: "name-that-is-none",
    asked: "SPE_E33 for Carla at Litware",
    play: async (stage, ends) => {
      const requestId = "demo-no-such-name";
      const body = { requestId, ...litware("carla", { licensesToAssign: [{ sku: "SPE_E33" }] }) };
      const { category, remedy } = await ask(stage, ends, body);
      const { outcome } = await statusOf(stage, requestId);
      const why = outcome?.outcome === "refused" ? (outcome.description ?? "") : "";
      return { became: category ?? "", why, remedy, ...wrongUnless(why.includes("SPE_E3 ("), why) };
    },
  },
  {
    name: "preview",
    asked: "What would come of E3, Visio and no longer E5 for Carla?",
    play: async ({ api }) => {
      const wish = {
        licensesToAssign: [{ sku: "SPE_E3" }, { sku: "VISIOCLIENT" }],
        licensesToRemove: [{ sku: "SPE_E5" }],
      };
      const { items } = await api.preview(litware("carla", wish));
      const shown = items.map(({ skuPartNumber, result }) => `${skuPartNumber ?? ""}: ${result}`).join("; ");
      const isRight = shown === "SPE_E3: already so; VISIOCLIENT: no seats; SPE_E5: remove";
      return { became: "shown, nothing sent", why: shown, ...wrongUnless(isRight, shown) };
    },
  },
  {
    name: "wait-for-seats",
    asked: "Visio for Elif at Litware, which has no seat; it may wait for 8 hours",
    play: async (stage) => {
      const requestId = "demo-wait-for-seats";
      const wish = { waitForSeats: "PT8H", licensesToAssign: [{ sku: "VISIOCLIENT" }] };
      await stage.api.submit({ requestId, ...litware("elif", wish) });
      const isAt = (wanted: string) => async () => (await statusOf(stage, requestId)).status === wanted;
      await waitUntil("it is parked", isAt("parked"), PATIENCE_MS);
      const { items } = await stage.api.seats(customers.litware);
      const missing = items[0]?.missing;
      stage.partnerCenter.setSeats(customers.litware, skus.visio, 3);
      await waitUntil("it is applied", isAt("applied"), PATIENCE_MS);
      const { history } = await statusOf(stage, requestId);
      return {
        became: "applied",
        why: `${missing ?? "?"} seat missing; then ${history.map(({ event }) => event).join(", ")}`,
        ...wrongUnless(missing === 1, `${missing ?? "no"} seats are missing`),
      };
    },
  },
  {
    name: "proof",
    asked: "Is the license of demo-wait-for-seats really there?",
    play: async (stage) => {
      const proofOf = async () => (await statusOf(stage, "demo-wait-for-seats")).proof?.result;
      await waitUntil("it is proved", async () => (await proofOf()) !== undefined, PATIENCE_MS);
      const result = await proofOf();
      return {
        became: result ?? "",
        why: "read back some time after",
        ...wrongUnless(result === "seen", result ?? ""),
      };
    },
  },
  {
    name: "renewed-token",
    asked: "Renew the token, which lasts for ten minutes more",
    play: async (stage, ends) => {
      stage.storeToken(createToken({ lifetimeSeconds: 600 }));
      const before = stage.valuesOf("partner-refresh-token").length;
      const tokens = stage.valuesOf("partner-access-token").length;
      await stage.api.runNow("renewPartnerToken");
      const isRenewed = () => stage.valuesOf("partner-access-token").length > tokens;
      await waitUntil("the token is renewed", isRenewed, PATIENCE_MS);
      const requestId = "demo-after-renewal";
      const body = { requestId, ...litware("farid", { licensesToAssign: [{ sku: "EMS" }] }) };
      const { outcome } = await ask(stage, ends, body);
      const isKept = stage.valuesOf("partner-refresh-token").length === before + 1;
      return {
        became: outcome,
        why: "a new refresh token is stored, then a new access token",
        ...wrongUnless(isKept, "the refresh token is not new"),
      };
    },
  },
];
