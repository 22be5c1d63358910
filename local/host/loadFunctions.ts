import { glob } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Core, RegisteredFunction } from "./coreModule.ts";
import { describeError } from "./hostLog.ts";

const workerCapabilities = {
  RawHttpBodyBytes: "true",
  RpcHttpTriggerMetadataRemoved: "true",
  RpcHttpBodyOnly: "true",
  IgnoreEmptyValuedRpcHttpHeaders: "true",
  UseNullableValueDictionaryForHttp: "true",
  WorkerStatus: "true",
  TypedDataCollection: "true",
  HandlesWorkerTerminateMessage: "true",
};

const findFiles = async (root: string, pattern: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const file of glob(pattern, { cwd: root })) found.push(file);
  return found.toSorted();
};

const importFile = async (core: Core, file: string, url: string): Promise<void> => {
  core.loadingFile = url;
  try {
    await import(url);
  } catch (error) {
    throw new Error(`Cannot load "${file}": ${describeError(error)}`, { cause: error });
  } finally {
    core.loadingFile = undefined;
  }
};

// The library locks its set-up when it is asked, as it does in Azure once the app has started
const assertNoStreaming = async (core: Core): Promise<void> => {
  const capabilities = await core.model?.getCapabilities?.({ ...workerCapabilities });
  if (capabilities?.["HttpUri"] !== undefined)
    throw new Error("Cannot serve HTTP streams: enableHttpStream is on; leave it out of app.setup()");
};

/**
 * Imports every file of the app that matches, one after the other, and returns what they registered. A file is
 * imported once in a process: a second host gets the same functions.
 * @throws {Error} when nothing matches, or a file cannot be loaded
 */
export const loadFunctions = async (
  core: Core,
  root: string,
  pattern: string,
): Promise<readonly RegisteredFunction[]> => {
  const files = await findFiles(root, pattern);
  if (files.length === 0)
    throw new Error(`Cannot load functions: no file in "${root}" matches "${pattern}"; name one that does`);
  const urls = new Map(files.map((file) => [file, pathToFileURL(join(root, file)).href]));
  for (const [file, url] of urls) await importFile(core, file, url);
  await assertNoStreaming(core);
  const loaded = new Set(urls.values());
  return core.functions.filter(({ file }) => loaded.has(file));
};
