import { readFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { describeError } from "./hostLog.ts";
import { parseTimeSpan } from "./timeSpan.ts";

/** A lock is never held as long as this: it stands for "for ever". */
const FOREVER_MS = 100 * 365 * 24 * 60 * 60 * 1000;

const TimeSpanMs = z.string().transform((text, context) => {
  const ms = parseTimeSpan(text);
  if (ms !== undefined) return ms;
  context.addIssue(`"${text}" is not a time span; write it as "00:05:00"`);
  return z.NEVER;
});

const atLeastOne = z.number().int().min(1);

const Http = z.object({ routePrefix: z.string().default("api") });

const ServiceBus = z.object({
  autoCompleteMessages: z.boolean().default(true),
  // A negative time span is .NET's infinite
  maxAutoLockRenewalDuration: TimeSpanMs.default(5 * 60 * 1000).transform((ms) => (ms < 0 ? FOREVER_MS : ms)),
  maxConcurrentCalls: atLeastOne.default(16),
  maxConcurrentSessions: atLeastOne.default(8),
  maxConcurrentCallsPerSession: z
    .literal(1, "only 1 is served here: a session's messages one after the other")
    .default(1),
  sessionIdleTimeout: TimeSpanMs.default(60 * 1000),
});

const HostJson = z.object({
  version: z.literal("2.0"),
  extensions: z.object({ http: Http.prefault({}), serviceBus: ServiceBus.prefault({}) }).prefault({}),
});

/** What host.json says for triggers, with Azure's defaults. */
export interface HostSettings {
  readonly routePrefix: string;
  readonly serviceBus: ServiceBusSettings;
}

export interface ServiceBusSettings {
  readonly autoCompleteMessages: boolean;
  readonly maxAutoLockRenewalMs: number;
  readonly maxConcurrentCalls: number;
  readonly maxConcurrentSessions: number;
  readonly sessionIdleTimeoutMs: number;
}

/** The text of a host.json, read. @throws {Error} that names every setting that is wrong */
export const parseHostJson = (text: string): HostSettings => {
  const { success, data, error } = HostJson.safeParse(JSON.parse(text));
  if (!success) throw new Error(`Cannot use host.json: settings are wrong\n${z.prettifyError(error)}`);
  const { http, serviceBus } = data.extensions;
  return {
    routePrefix: http.routePrefix,
    serviceBus: {
      autoCompleteMessages: serviceBus.autoCompleteMessages,
      maxAutoLockRenewalMs: serviceBus.maxAutoLockRenewalDuration,
      maxConcurrentCalls: serviceBus.maxConcurrentCalls,
      maxConcurrentSessions: serviceBus.maxConcurrentSessions,
      sessionIdleTimeoutMs: serviceBus.sessionIdleTimeout,
    },
  };
};

/** host.json of an app. @throws {Error} when it cannot be read */
export const readHostJson = (root: string): HostSettings => {
  const file = join(root, "host.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`Cannot read "${file}": ${describeError(error)}`, { cause: error });
  }
  return parseHostJson(text);
};
