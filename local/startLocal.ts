import { access } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { present } from "../shared/present.ts";
import { keysFor, readKeys, type LocalKeys } from "./functionKeys.ts";
import { applySettings, readLocalSettings } from "./host/settings.ts";
import { startHost, type Host, type LogEntry } from "./host/startHost.ts";
import { readPort } from "./ports.ts";
import { startLocalAzure, type LocalAzure, type LocalAzureOptions } from "./startLocalAzure.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Local Azure with the functions on it. */
export interface Local extends LocalKeys {
  readonly azure: LocalAzure;
  readonly host: Host;
  close(): Promise<void>;
}

export interface LocalOptions extends Pick<LocalAzureOptions, "brokerConfig" | "onNote"> {
  readonly onLog: (entry: LogEntry) => void;
  /** How long work in hand may go on when it is closed, in milliseconds. */
  readonly graceMs?: number;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Sources of the app's own: with these, no ticketing system is started. */
const TICKETS = "tickets";

/** Settings of local.settings.json, where the environment does not have them already. */
export const applyLocalSettings = async (): Promise<void> => {
  const { env } = process;
  const file = join(ROOT, "local.settings.json");
  if (await isThere(file)) applySettings(readLocalSettings(file), env);
  if (!env["TICKETS_FOLDER"] && (await isThere(join(ROOT, TICKETS)))) env["TICKETS_FOLDER"] = TICKETS;
};

/**
 * Starts what the environment does not already name, then the functions. The environment is changed: the functions
 * read their settings from it, as they do in Azure.
 * @throws {LocalStartError} when a port is taken
 */
export const startLocal = async ({ onLog, graceMs, ...options }: LocalOptions): Promise<Local> => {
  const { env } = process;
  const azure = await startLocalAzure({ env, ...options });
  try {
    Object.assign(env, azure.settings);
    const keys = readKeys(env);
    const host = await startHost({
      root: ROOT,
      port: readPort("LOCAL_FUNCTIONS_PORT", env),
      keysFor: keysFor(keys),
      masterKey: keys.operatorKey,
      onLog,
      ...present({ graceMs }),
    });
    const close = async (): Promise<void> => {
      await host.close();
      await azure.close();
    };
    return { azure, host, ...keys, close };
  } catch (error) {
    await azure.close();
    throw error;
  }
};
