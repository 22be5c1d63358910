import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS = 20_000;

/** The functions in a process of their own, as in Azure: it can be killed. */
export interface HostProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it has written so far, to both outputs. */
  readonly output: () => string;
  /** Ends it without a word, as a machine that dies. */
  readonly kill: () => Promise<void>;
  /** Asks it to stop, and waits. */
  readonly stop: () => Promise<void>;
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
};

/** Starts the Functions host on a free port with these settings. Rejects with its output when it does not start. */
export const startHostProcess = async (
  settings: Readonly<Record<string, string>>,
  pattern = "functions/*.ts",
): Promise<HostProcess> => {
  const child = spawn(process.execPath, [MAIN, "--port", "0", "--root", ROOT, "--pattern", pattern], {
    env: { ...process.env, ...settings, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  let isListening = false;
  const collect = (chunk: Buffer): void => {
    output += chunk.toString("utf8");
    if (isListening) return;
    const url = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(output)?.[0];
    if (url === undefined) return;
    isListening = true;
    resolve(url);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  child.once("exit", (code) => {
    reject(new Error(`The host ended with ${code ?? "a signal"}:\n${output}`));
  });
  const timer = setTimeout(() => {
    reject(new Error(`The host did not start in time:\n${output}`));
  }, START_MS);
  try {
    const url = await listening;
    return {
      url,
      pid: child.pid ?? 0,
      output: () => output,
      kill: async () => {
        child.kill("SIGKILL");
        await ended(child);
      },
      stop: async () => {
        child.kill("SIGTERM");
        await ended(child);
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
};
