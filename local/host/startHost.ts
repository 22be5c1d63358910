import { installCoreModule, type Core } from "./coreModule.ts";
import { readHostJson } from "./hostJson.ts";
import { createLog, describeError, type Log, type LogEntry } from "./hostLog.ts";
import { createInvoke, type Invoke } from "./invoke.ts";
import { loadFunctions } from "./loadFunctions.ts";
import { planFunction, triggerOf, type Plan } from "./planFunction.ts";
import { startHttpTrigger } from "./startHttpTrigger.ts";
import { startMessageTrigger } from "./startMessageTrigger.ts";
import { startTimerTrigger } from "./startTimerTrigger.ts";
import type { Trigger } from "./trigger.ts";
import { within } from "./within.ts";
import { createWork, type Work } from "./work.ts";

export type { LogEntry } from "./hostLog.ts";

const DEFAULT_PATTERN = "functions/*.ts";
const DEFAULT_GRACE_MS = 5_000;
/** Giving messages back and disconnecting may take this long, then it is left to the broker. */
const DISCONNECT_LIMIT_MS = 5_000;
/** Azure's front end cuts what takes longer. */
const RESPONSE_LIMIT_MS = 230_000;

export interface HostOptions {
  /** The folder with host.json and the functions. */
  readonly root: string;
  /** A glob relative to root; each match registers functions. @default {"functions/*.ts"} */
  readonly pattern?: string;
  /** 0 lets the system choose a free one. */
  readonly port: number;
  readonly keysFor: (functionName: string) => readonly string[];
  /** Opens every function. */
  readonly masterKey?: string;
  readonly onLog: (entry: LogEntry) => void;
  /** How long work may go on after `close()`, in milliseconds. @default {5000} */
  readonly graceMs?: number;
  /** How long a caller waits for an answer, in milliseconds; then it is 504. @default {230000} */
  readonly responseLimitMs?: number;
}

interface HostedFunction {
  readonly name: string;
  /** The trigger's type: "httpTrigger". */
  readonly trigger: string;
  /** With the prefix, as in "/api/items/{id}". */
  readonly route?: string;
  readonly methods?: readonly string[];
}

export interface Host {
  readonly port: number;
  readonly url: string;
  readonly functions: readonly HostedFunction[];
  /** Whether no function runs at the moment, and no message is being settled. */
  idle(): boolean;
  /** Takes no new work, waits for what is going on, gives the rest back, stops listening. */
  close(): Promise<void>;
}

const describe = (plan: Plan): HostedFunction => {
  const [, { type }] = triggerOf(plan.fn);
  const { name } = plan.fn.metadata;
  return plan.kind === "http"
    ? { name, trigger: type, route: plan.route.template, methods: plan.methods }
    : { name, trigger: type };
};

interface Parts {
  readonly invoke: Invoke;
  readonly work: Work;
  readonly log: Log;
}

/** Tells of what goes wrong while stopping, which must not keep the rest from stopping. */
const attempt = async (task: Promise<void>, what: string, log: Log): Promise<void> => {
  try {
    await within(DISCONNECT_LIMIT_MS, task);
  } catch (error) {
    log("warning", "system", `Cannot ${what}: ${describeError(error)}`);
  }
};

const stop = async (triggers: readonly Trigger[], graceMs: number, { work, log }: Parts): Promise<void> => {
  await Promise.all(triggers.map((trigger) => attempt(trigger.pause(), "stop taking work", log)));
  const drained = await work.drained(graceMs);
  if (!drained) log("warning", "system", `Gives back what is not done after ${graceMs} ms`);
  await Promise.all(triggers.map((trigger) => attempt(trigger.close(), "disconnect", log)));
};

/**
 * Loads an app's functions through the unmodified library, and starts them as Azure does: by HTTP, and by messages of
 * Service Bus. The settings of the app must be in the environment before.
 * @throws {LocalStartError} when the port is taken
 * @throws {Error} when the app cannot be loaded or needs what is not supported here
 */
export const startHost = async (options: HostOptions): Promise<Host> => {
  const { root, pattern = DEFAULT_PATTERN, onLog, graceMs = DEFAULT_GRACE_MS } = options;
  const { routePrefix, serviceBus: settings } = readHostJson(root);
  const core: Core = installCoreModule();
  const log = createLog((entry) => onLog(core.applyLogHooks(entry)));
  core.log = log;
  const loaded = await loadFunctions(core, root, pattern);
  const plans = loaded.map((fn) => planFunction(fn, { routePrefix, env: process.env }));

  const appHooks = { hookData: {}, appHookData: {} };
  await core.runHooks("appStart", { ...appHooks, functionAppDirectory: root });
  const work = createWork();
  const invokeOnce = createInvoke(core, log, appHooks.appHookData);
  const parts: Parts = { invoke: (fn, data) => work.run(() => invokeOnce(fn, data)), work, log };
  const byHand = new Map<string, () => Promise<void>>();
  const { port, trigger } = await startHttpTrigger({
    functions: plans.filter((plan) => plan.kind === "http"),
    keysOf: (name) => ({ functionKeys: options.keysFor(name), masterKey: options.masterKey }),
    port: options.port,
    responseLimitMs: options.responseLimitMs ?? RESPONSE_LIMIT_MS,
    runByHand: (name) => byHand.get(name),
    ...parts,
  });
  const triggers = [trigger];
  const close = async (): Promise<void> => {
    await stop(triggers, graceMs, parts);
    await attempt(core.runHooks("appTerminate", appHooks), "run the appTerminate hooks", log);
  };
  try {
    for (const plan of plans) {
      if (plan.kind === "message") triggers.push(startMessageTrigger(plan, { settings, ...parts }));
      if (plan.kind === "timer") {
        const timer = startTimerTrigger(plan, parts);
        byHand.set(plan.fn.metadata.name, timer.run);
        triggers.push(timer);
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    functions: plans.map(describe),
    idle: () => work.count() === 0,
    close: () => (closing ??= close()),
  };
};
