import { setTimeout as sleep } from "node:timers/promises";

import { ServiceBusClient, type ServiceBusReceivedMessage } from "@azure/service-bus";
import { z } from "zod";

import type { PoisonView } from "../../shared/http/api/views.ts";
import type { Api } from "./api.ts";

/** How a request ended, as a subscriber of the topic sees it, or an operator. */
export interface End {
  readonly outcome: "applied" | "refused" | "discarded";
  readonly category: string | null;
  readonly status: number | null;
  readonly code: number | null;
  /** Why, and what to do; for people. */
  readonly why: string;
  readonly remedy: string;
}

const Outcome = z.object({
  subject: z.string(),
  data: z.object({
    outcome: z.enum(["applied", "refused", "discarded"]),
    alreadySo: z.boolean().default(false),
    warnings: z.array(z.object({ message: z.string() })).default([]),
    category: z.string().nullable().default(null),
    status: z.number().nullable().default(null),
    code: z.number().nullable().default(null),
    meaning: z.string().default(""),
    remedy: z.string().default(""),
  }),
});

const appliedWhy = (alreadySo: boolean, warnings: readonly { readonly message: string }[]): string =>
  [
    ...(alreadySo ? ["no answer came; the licenses were read back and show it"] : []),
    ...warnings.map(({ message }) => `warning: ${message}`),
  ].join("; ");

/** Undefined: the event is about a ticket that never became a request. */
const fromOutcome = ({ body }: ServiceBusReceivedMessage): readonly [string, End] | undefined => {
  const parsed = Outcome.safeParse(body);
  if (!parsed.success) return undefined;
  const { subject, data } = parsed.data;
  const { outcome, category, status, code, meaning, remedy, alreadySo, warnings } = data;
  const why = outcome === "applied" ? appliedWhy(alreadySo, warnings) : meaning;
  return [subject, { outcome, category, status, code, why, remedy }];
};

/** The end of a message that is no request: only its poison message tells of it. */
const fromPoison = ({ latest, category, status, code, remedy }: PoisonView): End => ({
  outcome: "refused",
  category,
  status: status ?? null,
  code: code ?? null,
  why: latest.description ?? latest.meaning,
  remedy,
});

// The receivers try again by themselves; a sample that never ends is told as lost
const processError = (): Promise<void> => Promise.resolve();

/** Something about the tokens that somebody should look at. */
const AlertOutcome = z.object({
  data: z.object({ outcome: z.literal("alert"), alert: z.string(), severity: z.string() }),
});
type Alert = z.infer<typeof AlertOutcome>["data"];

/** The ends of requests, as they come in. */
export interface Ends {
  /** Every alert so far. */
  alerts(): readonly Alert[];
  /** Every end of this request so far: one, or something is wrong. */
  of(requestId: string): readonly End[];
  /** Resolves with the first end. Rejects when none comes within the time. */
  first(requestId: string, patienceMs: number): Promise<End>;
  /** Resolves with the end of a message that is no request. Rejects when it is not filed within the time. */
  captured(poisonId: string, patienceMs: number): Promise<End>;
  close(): Promise<void>;
}

const POLL_MS = 50;

/** Subscribes to the topic license-outcomes, and asks the API about messages that no outcome tells of. */
export const followEnds = (connectionString: string, api: () => Pick<Api, "poison">): Ends => {
  const client = new ServiceBusClient(connectionString);
  const outcomes = client.createReceiver("license-outcomes", "all");
  const events = new Map<string, End[]>();
  const waiting = new Map<string, (end: End) => void>();
  const alerts: Alert[] = [];

  const add = (list: Map<string, End[]>, [requestId, end]: readonly [string, End]): void => {
    list.set(requestId, [...(list.get(requestId) ?? []), end]);
    waiting.get(requestId)?.(end);
    waiting.delete(requestId);
  };
  const processMessage = async (message: ServiceBusReceivedMessage): Promise<void> => {
    const alert = AlertOutcome.safeParse(message.body).data;
    if (alert !== undefined) alerts.push(alert.data);
    const ended = fromOutcome(message);
    if (ended !== undefined) add(events, ended);
  };
  outcomes.subscribe({ processMessage, processError });
  return {
    alerts: () => [...alerts],
    of: (requestId) => events.get(requestId) ?? [],
    first: async (requestId, patienceMs) => {
      const known = events.get(requestId)?.[0];
      if (known !== undefined) return known;
      const { promise, resolve, reject } = Promise.withResolvers<End>();
      const timer = setTimeout(() => {
        reject(new Error(`no outcome within ${patienceMs / 1000} s`));
      }, patienceMs);
      waiting.set(requestId, resolve);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
    captured: async (poisonId, patienceMs) => {
      const end = Date.now() + patienceMs;
      while (Date.now() < end) {
        const poison = await api().poison(poisonId);
        if (poison !== undefined) return fromPoison(poison);
        await sleep(POLL_MS);
      }
      throw new Error(`no poison message within ${patienceMs / 1000} s`);
    },
    close: () => client.close(),
  };
};
