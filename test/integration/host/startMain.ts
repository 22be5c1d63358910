import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { vi } from "vitest";

const MAIN = fileURLToPath(new URL("../../../local/host/main.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("fixture", import.meta.url));

/** local/host/main.ts in a process of its own, on the fixture app. */
export interface MainProcess {
  /** What it printed so far. */
  output(): string;
  /** Its address, once it is there. */
  url(): Promise<string>;
  stop(signal: NodeJS.Signals): void;
  /** Its exit code. */
  ended: Promise<number | null>;
}

const watchEnd = async (child: ChildProcess): Promise<number | null> => {
  await once(child, "close");
  return child.exitCode;
};

export const startMain = (pattern: string, env: Record<string, string> = {}): MainProcess => {
  const child = spawn(process.execPath, [MAIN, "--root", ROOT, "--pattern", pattern], {
    env: { PATH: process.env["PATH"], LOCAL_FUNCTIONS_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return {
    output: () => output,
    url: () =>
      vi.waitFor(
        () => {
          const url = /Functions host: (\S+)/.exec(output)?.[1];
          if (url === undefined) throw new Error(`No address in: ${output}`);
          return url;
        },
        { timeout: 20_000 },
      ),
    stop: (signal) => child.kill(signal),
    ended: watchEnd(child),
  };
};
