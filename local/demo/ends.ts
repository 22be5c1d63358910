import { ServiceBusClient, type ServiceBusReceivedMessage } from "@azure/service-bus";
import { z } from "zod";

/** How a request ended, as a subscriber of the topic or a reader of the poison queue sees it. */
export interface End {
  readonly outcome: "applied" | "refused";
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
    outcome: z.enum(["applied", "refused"]),
    alreadySo: z.boolean().default(false),
    warnings: z.array(z.object({ message: z.string() })).default([]),
    category: z.string().nullable().default(null),
    status: z.number().nullable().default(null),
    code: z.number().nullable().default(null),
    meaning: z.string().default(""),
    remedy: z.string().default(""),
  }),
});

const Poison = z.object({
  RequestId: z.string().optional(),
  OriginalMessageId: z.string().optional(),
  Category: z.string(),
  Status: z.number().nullable().default(null),
  Code: z.number().nullable().default(null),
  DeadLetterErrorDescription: z.string(),
  Remedy: z.string(),
});

const appliedWhy = (alreadySo: boolean, warnings: readonly { readonly message: string }[]): string =>
  [
    ...(alreadySo ? ["no answer came; the licenses were read back and show it"] : []),
    ...warnings.map(({ message }) => `warning: ${message}`),
  ].join("; ");

const fromOutcome = ({ body }: ServiceBusReceivedMessage): readonly [string, End] => {
  const { subject, data } = Outcome.parse(body);
  const { outcome, category, status, code, meaning, remedy, alreadySo, warnings } = data;
  const why = outcome === "applied" ? appliedWhy(alreadySo, warnings) : meaning;
  return [subject, { outcome, category, status, code, why, remedy }];
};

const fromPoison = ({ applicationProperties }: ServiceBusReceivedMessage): readonly [string, End] => {
  const poison = Poison.parse(applicationProperties);
  const {
    Category: category,
    Status: status,
    Code: code,
    DeadLetterErrorDescription: why,
    Remedy: remedy,
  } = poison;
  return [
    poison.RequestId ?? poison.OriginalMessageId ?? "",
    { outcome: "refused", category, status, code, why, remedy },
  ];
};

// The receivers try again by themselves; a sample that never ends is told as lost
const processError = (): Promise<void> => Promise.resolve();

/** The ends of requests, as they come in. */
export interface Ends {
  /** Every end of this request so far: one, or something is wrong. */
  of(requestId: string): readonly End[];
  /** Poison messages of this request so far. */
  poisonOf(requestId: string): number;
  /** Resolves with the first end. Rejects when none comes within the time. */
  first(requestId: string, patienceMs: number): Promise<End>;
  close(): Promise<void>;
}

/**
 * Subscribes to the topic license-outcomes and reads the poison queue, as an operator's tools would.
 * @param withPoison false leaves the poison messages where they are
 */
export const followEnds = (connectionString: string, withPoison = true): Ends => {
  const client = new ServiceBusClient(connectionString);
  const outcomes = client.createReceiver("license-outcomes", "all");
  const events = new Map<string, End[]>();
  const captured = new Map<string, End[]>();
  const waiting = new Map<string, (end: End) => void>();

  const add = (list: Map<string, End[]>, [requestId, end]: readonly [string, End]): void => {
    list.set(requestId, [...(list.get(requestId) ?? []), end]);
    waiting.get(requestId)?.(end);
    waiting.delete(requestId);
  };
  outcomes.subscribe({ processMessage: async (message) => add(events, fromOutcome(message)), processError });
  const readPoison = async (message: ServiceBusReceivedMessage): Promise<void> => {
    const entry = fromPoison(message);
    // A refused request is told on the topic too; only what is no request is told here alone
    if (message.applicationProperties?.["RequestId"] === undefined) add(events, entry);
    captured.set(entry[0], [...(captured.get(entry[0]) ?? []), entry[1]]);
  };
  if (withPoison) {
    client.createReceiver("license-updates-poison").subscribe({ processMessage: readPoison, processError });
  }

  return {
    of: (requestId) => events.get(requestId) ?? [],
    poisonOf: (requestId) => captured.get(requestId)?.length ?? 0,
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
    close: () => client.close(),
  };
};
