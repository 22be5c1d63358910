import type { OperationView } from "../../shared/http/api/views.ts";
import { present } from "../../shared/present.ts";
import { customers, skus, users } from "../partner-center/seed.ts";
import type { Ends } from "./ends.ts";
import { licenseScenes } from "./licenseScenes.ts";
import type { Result } from "./result.ts";
import { wrongUnless, type Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";
import { ticketScenes } from "./ticketScenes.ts";
import { waitUntil } from "./waitUntil.ts";

const PATIENCE_MS = 20_000;

const visioFor = (user: keyof typeof users.adatum) => ({
  requestId: `demo-visio-${user}`,
  customerId: customers.adatum,
  userId: users.adatum[user],
  licensesToAssign: [{ skuId: skus.visio }],
});

const powerBi = (requestId: string, wish: object) => ({
  requestId,
  customerId: customers.adatum,
  userId: users.adatum.gina,
  ...wish,
});

/** Asks and waits for the end. */
const askFor = async ({ api }: Stage, ends: Ends, body: { readonly requestId: string }): Promise<string> => {
  await api.submit(body);
  return (await ends.first(body.requestId, PATIENCE_MS)).outcome;
};

const isFiled = ({ api }: Stage, requestId: string): Promise<void> =>
  waitUntil(`${requestId} is filed`, async () => (await api.poison(requestId)) !== undefined, PATIENCE_MS);

const replay = async ({ api }: Stage, input: object): Promise<OperationView> => {
  const id = await api.start("replay", input);
  await waitUntil(
    "the operation has ended",
    async () => (await api.operation(id)).endedAt !== undefined,
    PATIENCE_MS,
  );
  return api.operation(id);
};

const countsOf = ({ total, done, failed, skipped }: OperationView): string =>
  `${done} of ${total} done, ${failed} failed, ${skipped} skipped`;

const NO_SEATS = { category: "no-seats", customerId: customers.adatum };

/** What the demo shows after the samples, in this order. */
export const scenes: readonly Scene[] = [
  {
    name: "status-by-id",
    asked: "What became of the request demo-throttled?",
    play: async ({ api }) => {
      const status = await api.status("demo-throttled");
      const history = status?.history.map(({ event }) => event).join(", ") ?? "nothing";
      // That it is seen is noted some time later
      const isRight = history.startsWith("accepted, applying, waiting, applied");
      return { became: status?.status ?? "unknown", why: history, ...wrongUnless(isRight, history) };
    },
  },
  {
    name: "poison-groups",
    asked: "Why were requests refused, and whose is it?",
    play: async (stage, ends) => {
      for (const user of ["ben", "carla"] as const) {
        await askFor(stage, ends, visioFor(user));
        await isFiled(stage, visioFor(user).requestId);
      }
      const { groups, total } = await stage.api.groups();
      const seats = groups.find(({ category }) => category === NO_SEATS.category);
      return {
        became: `${total} messages in ${groups.length} groups`,
        why: groups.map(({ category, count, owner }) => `${count} ${category} (${owner})`).join("; "),
        remedy: seats?.remedy ?? "",
        ...wrongUnless(seats?.count === 3, `no-seats has ${seats?.count ?? 0} messages, and should have 3`),
      };
    },
  },
  {
    name: "canary-holds",
    asked: "Replay the 3 for Visio at Adatum, which still has no seats",
    play: async (stage) => {
      const operation = await replay(stage, NO_SEATS);
      const isRight = operation.state === "stopped" && operation.failed === 1 && operation.done === 0;
      return {
        became: operation.state,
        why: operation.reason ?? "",
        ...wrongUnless(isRight, countsOf(operation)),
      };
    },
  },
  {
    name: "replay-with-seats",
    asked: "Replay them once Adatum has bought seats",
    play: async (stage) => {
      stage.partnerCenter.setSeats(customers.adatum, skus.visio, 10);
      const operation = await replay(stage, { ...NO_SEATS, why: "seats bought" });
      const isRight = operation.state === "done" && operation.done === 3;
      return {
        became: operation.state,
        why: countsOf(operation),
        ...wrongUnless(isRight, countsOf(operation)),
      };
    },
  },
  {
    name: "skip-for-newer",
    asked: "Replay Power BI for Gina, who got and lost it since by newer requests",
    play: async (stage, ends) => {
      const wish = { licensesToAssign: [{ skuId: skus.powerBiPro }] };
      stage.partnerCenter.setSeats(customers.adatum, skus.powerBiPro, 0);
      await askFor(stage, ends, powerBi("demo-older", wish));
      await isFiled(stage, "demo-older");
      stage.partnerCenter.setSeats(customers.adatum, skus.powerBiPro, 10);
      await askFor(stage, ends, powerBi("demo-newer", wish));
      await askFor(stage, ends, powerBi("demo-newest", { licensesToRemove: [skus.powerBiPro] }));
      const operation = await replay(stage, { ids: ["demo-older"] });
      const why = operation.unfinished[0]?.why ?? countsOf(operation);
      return {
        became: `${operation.skipped} skipped`,
        why,
        remedy: "Discard it, or replay with force",
        ...wrongUnless(operation.skipped === 1 && why.includes("demo-newest"), why),
      };
    },
  },
  {
    name: "subscriber",
    asked: "What did a subscriber of license-outcomes hear of demo-visio-ben?",
    play: async (_stage, ends) => {
      await waitUntil("both outcomes are heard", () => ends.of("demo-visio-ben").length > 1, PATIENCE_MS);
      const heard = ends.of("demo-visio-ben").map(({ outcome }) => outcome);
      return {
        became: `${heard.length} events`,
        why: heard.join(", "),
        ...wrongUnless(heard.join() === "refused,applied", heard.join()),
      };
    },
  },
  ...ticketScenes,
  ...licenseScenes,
];

/** Plays one scene. Never throws. */
export const playScene = async ({ name, asked, play }: Scene, stage: Stage, ends: Ends): Promise<Result> => {
  const fields = {
    name,
    asked,
    requestId: "",
    outcome: "shown",
    category: null,
    status: null,
    code: null,
    attempts: 0,
  } as const;
  try {
    const { became, why, remedy = "", problem } = await play(stage, ends);
    return { ...fields, became, why, remedy, ...present({ problem }) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : "unknown";
    return { ...fields, became: "", why: "", remedy: "", problem };
  }
};
