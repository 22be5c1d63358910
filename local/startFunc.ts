import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

import { readPort } from "./ports.ts";
import { runAlone, type Running } from "./runAlone.ts";
import { applyLocalSettings } from "./startLocal.ts";
import { startLocalAzure } from "./startLocalAzure.ts";

/** Azure Functions Core Tools cannot be run; the message says how to get them. */
class CoreToolsError extends Error {
  override readonly name = "CoreToolsError";
}

const startFunc = async (settings: Readonly<Record<string, string>>): Promise<ChildProcess> => {
  const port = String(readPort("LOCAL_FUNCTIONS_PORT", process.env));
  const env = {
    FUNCTIONS_WORKER_RUNTIME: "node",
    AzureWebJobsStorage: "UseDevelopmentStorage=true",
    ...process.env,
    ...settings,
  };
  const func = spawn("func", ["start", "--port", port], {
    stdio: "inherit",
    env,
    shell: process.platform === "win32",
  });
  try {
    await once(func, "spawn");
    return func;
  } catch (error) {
    throw new CoreToolsError(
      'Cannot run "func": Azure Functions Core Tools are not installed; install them (see learn.microsoft.com/azure/azure-functions/functions-run-local) or use npm start',
      { cause: error },
    );
  }
};

/** Starts local Azure and, on it, the functions in Azure Functions Core Tools. */
const start = async (): Promise<Running> => {
  await applyLocalSettings();
  const azure = await startLocalAzure({ env: process.env });
  try {
    const func = await startFunc(azure.settings);
    const ended = once(func, "exit");
    void ended.then(() => azure.close()).then(() => process.exit(func.exitCode ?? 0));
    return {
      close: async () => {
        func.kill("SIGINT");
        await ended;
      },
    };
  } catch (error) {
    await azure.close();
    throw error;
  }
};

await runAlone(start);
