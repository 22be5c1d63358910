import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A part in a process of its own. */
export interface StartedProcess {
  /** What it printed so far. */
  output(): string;
  stop(signal: NodeJS.Signals): void;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

const watchEnd = async (child: ChildProcess): Promise<number | null> => {
  await once(child, "close");
  return child.exitCode;
};

/** Starts a file; of this process's environment it gets what is needed to run at all. */
export const startProcess = (
  file: URL,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): StartedProcess => {
  const child = spawn(process.execPath, [fileURLToPath(file), ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return { output: () => output, stop: (signal) => child.kill(signal), ended: watchEnd(child) };
};
