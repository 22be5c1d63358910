import { spawn, spawnSync, type ChildProcess } from "node:child_process";

/** A test failed · all passed · not done in time, which is noticed too. */
export type TestsResult =
  { readonly kind: "failed"; readonly output: string } | { readonly kind: "passed" | "hung" };

// The runner has workers of its own, and one in an endless loop hears of nothing: the group is ended
const endGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  if (process.platform === "win32") spawnSync("taskkill", ["/pid", String(pid), "/t", "/f"]);
  else {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended in between
    }
  }
};

const running = new Set<ChildProcess>();

/** Ends what is running, for Ctrl-C. */
export const endRunningTests = (): void => {
  for (const child of running) endGroup(child);
};

const always = ["--maxWorkers=1", "--bail=1", "--reporter=dot", "--no-color"] as const;

/** Runs test files of a copy of the work tree until one fails. */
export const runTests = (
  copy: string,
  files: readonly string[],
  options: readonly string[],
  seed: number,
  timeoutMs: number,
): Promise<TestsResult> => {
  if (files.length === 0) return Promise.resolve({ kind: "passed" });
  const args = [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...always,
    ...options,
    `--sequence.seed=${seed}`,
    ...files,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: copy,
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
      // A fault that fills the memory must not fill the machine's
      env: { ...process.env, NODE_OPTIONS: "--max-old-space-size=2048" },
    });
    running.add(child);
    let output = "";
    let isLate = false;
    const hear = (bytes: Buffer): void => {
      output += bytes.toString();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child);
    }, timeoutMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      running.delete(child);
      if (isLate) resolve({ kind: "hung" });
      else resolve(code === 0 ? { kind: "passed" } : { kind: "failed", output });
    });
  });
};
