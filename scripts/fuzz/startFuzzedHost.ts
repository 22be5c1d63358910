import type { Server } from "node:http";

import { keysFor, readKeys } from "../../local/functionKeys.ts";
import { installCoreModule, type RegisteredFunction } from "../../local/host/coreModule.ts";
import { readHostJson } from "../../local/host/hostJson.ts";
import { createLog, type LogEntry } from "../../local/host/hostLog.ts";
import { createHttpServer } from "../../local/host/httpTrigger.ts";
import { createInvoke, type InvocationData, type Invoke } from "../../local/host/invoke.ts";
import { loadFunctions } from "../../local/host/loadFunctions.ts";
import { planFunction, type Plan } from "../../local/host/planFunction.ts";
import type { MessageSource } from "../../local/host/serviceBusBinding.ts";
import { startMessageTrigger } from "../../local/host/startMessageTrigger.ts";
import { createWork, type Work } from "../../local/host/work.ts";
import { listen } from "../../local/listen.ts";

const RESPONSE_LIMIT_MS = 230_000;

/** The functions as the local host has them, with a way in beside the sockets. */
export interface FuzzedHost {
  readonly plans: readonly Plan[];
  readonly server: Server;
  readonly port: number;
  /** The key that opens every function. */
  readonly key: string;
  /** Runs a function once, as its trigger would. Rejects when it fails. */
  readonly invoke: (plan: Plan, data: InvocationData) => Promise<void>;
  readonly work: Work;
}

export interface FuzzedHostOptions {
  readonly root: string;
  readonly onLog: (entry: LogEntry) => void;
  /** Told of every invocation that failed, whoever started it. */
  readonly onFailure: (fn: RegisteredFunction, data: InvocationData, error: unknown) => void;
  /** Told of every message that a function has taken, with what the library made of it. */
  readonly onTaken: (source: MessageSource, message: unknown, triggerMetadata: unknown) => void;
}

const metadataOf = (context: unknown): unknown =>
  typeof context === "object" && context !== null ? Reflect.get(context, "triggerMetadata") : undefined;

/** The same function; what it has taken is told. */
const watch = (plan: Plan, onTaken: FuzzedHostOptions["onTaken"]): Plan => {
  if (plan.kind !== "message") return plan;
  const { fn, binding } = plan;
  const callback = async (...args: unknown[]): Promise<unknown> => {
    const result = await fn.callback(...args);
    onTaken(binding.source, args[0], metadataOf(args.at(-1)));
    return result;
  };
  return { ...plan, fn: { ...fn, callback } };
};

/**
 * Loads the functions as startHost() does, serves them over HTTP and takes messages from the broker. Timers run only
 * when they are invoked.
 */
export const startFuzzedHost = async ({
  root,
  onLog,
  onFailure,
  onTaken,
}: FuzzedHostOptions): Promise<FuzzedHost> => {
  const { routePrefix, serviceBus: settings } = readHostJson(root);
  const core = installCoreModule();
  const log = createLog((entry) => onLog(core.applyLogHooks(entry)));
  core.log = log;
  const loaded = await loadFunctions(core, root, "functions/*.ts");
  const plans = loaded.map((fn) => watch(planFunction(fn, { routePrefix, env: process.env }), onTaken));
  await core.runHooks("appStart", { hookData: {}, appHookData: {}, functionAppDirectory: root });
  const work = createWork();
  const invokeOnce = createInvoke(core, log, {});
  const invoke: Invoke = (fn, data) =>
    work.run(async () => {
      try {
        return await invokeOnce(fn, data);
      } catch (error) {
        onFailure(fn, data, error);
        throw error;
      }
    });
  const keys = readKeys(process.env);
  const server = createHttpServer({
    functions: plans.filter((plan) => plan.kind === "http"),
    keysOf: (name) => ({ functionKeys: keysFor(keys)(name), masterKey: keys.operatorKey }),
    invoke,
    work,
    responseLimitMs: RESPONSE_LIMIT_MS,
    runByHand: () => undefined,
  });
  const port = await listen(server, { part: "Functions host", setting: "LOCAL_FUNCTIONS_PORT", port: 0 });
  for (const plan of plans) {
    if (plan.kind === "message") startMessageTrigger(plan, { settings, invoke, work, log });
  }
  return {
    plans,
    server,
    port,
    key: keys.operatorKey,
    invoke: async ({ fn }, data) => {
      await invoke(fn, data);
    },
    work,
  };
};
