import { z } from "zod";

import type { RegisteredFunction } from "./coreModule.ts";

/** What a Service Bus trigger listens to, and how. */
export interface ServiceBusBinding {
  readonly name: string;
  readonly source: MessageSource;
  readonly connection: string | undefined;
  readonly isSessionsEnabled: boolean;
  /** `undefined`: what host.json says. */
  readonly autoCompleteMessages: boolean | undefined;
  /** The body reaches the function as bytes. */
  readonly isBinary: boolean;
}

/** A queue, or a subscription of a topic; or the dead letters of one. */
export interface MessageSource {
  readonly entity: string;
  readonly subscription: string | undefined;
  readonly isDeadLetter: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const Binding = z.object({
  queueName: z.string().optional(),
  topicName: z.string().optional(),
  subscriptionName: z.string().optional(),
  connection: z.string().optional(),
  isSessionsEnabled: z.boolean().default(false),
  autoCompleteMessages: z.boolean().optional(),
  dataType: z.string().optional(),
  cardinality: z.literal("one", "only one message at a time is served here").default("one"),
  properties: z
    .object({ supportsDeferredBinding: z.literal("false", "sdkBinding is not served here") })
    .optional(),
});

const DEAD_LETTERS = /\/\$deadletterqueue$/i;

const resolveNames = (text: string, env: Environment): string =>
  text.replaceAll(/%([^%]+)%/g, (_, setting: string) => {
    const value = env[setting];
    if (value === undefined || value === "")
      throw new Error(`${setting} is not set; set it, as "${text}" needs it`);
    return value;
  });

const toSource = (
  { queueName, topicName, subscriptionName }: z.infer<typeof Binding>,
  env: Environment,
): MessageSource => {
  const last = queueName ?? subscriptionName;
  if (last === undefined || (queueName === undefined && topicName === undefined))
    throw new Error("neither a queueName nor a topicName with a subscriptionName is given; give one");
  const name = resolveNames(last, env);
  const plain = name.replace(DEAD_LETTERS, "");
  const isDeadLetter = plain !== name;
  return queueName === undefined
    ? { entity: resolveNames(topicName ?? "", env), subscription: plain, isDeadLetter }
    : { entity: plain, subscription: undefined, isDeadLetter };
};

/** The path of a source, for people. */
export const pathOf = ({ entity, subscription, isDeadLetter }: MessageSource): string =>
  `${entity}${subscription === undefined ? "" : `/Subscriptions/${subscription}`}${isDeadLetter ? "/$DeadLetterQueue" : ""}`;

/** Reads a Service Bus trigger. @throws {Error} that names the function and what is wrong with its trigger */
export const toServiceBusBinding = (
  { metadata }: RegisteredFunction,
  name: string,
  binding: unknown,
  env: Environment,
): ServiceBusBinding => {
  const cannot = (problem: string): Error => new Error(`Cannot listen for "${metadata.name}": ${problem}`);
  const { success, data, error } = Binding.safeParse(binding);
  if (!success) throw cannot(z.prettifyError(error));
  const { connection, isSessionsEnabled, autoCompleteMessages, dataType } = data;
  let source: MessageSource;
  try {
    source = toSource(data, env);
  } catch (problem) {
    throw cannot(problem instanceof Error ? problem.message : String(problem));
  }
  if (source.isDeadLetter && isSessionsEnabled)
    throw cannot("dead letters have no sessions; leave isSessionsEnabled out");
  return {
    name,
    source,
    connection,
    isSessionsEnabled,
    autoCompleteMessages,
    isBinary: dataType?.toLowerCase() === "binary",
  };
};
