import { extname } from "node:path";
import { fileURLToPath } from "node:url";

import workerpool from "workerpool";
import { z } from "zod";

import type { Evaluated, Evaluation } from "./evaluate.ts";

declare global {
  /** The types of workerpool name this type of browsers; nothing here uses it. */
  interface WorkerOptions {
    readonly name?: string;
  }
}

/** Thrown when there is no room for another evaluation, or the threads cannot be started. */
class MappingError extends Error {
  override readonly name = "MappingError";
}

/** Evaluates expressions beside the event loop: one that runs away is stopped with its thread. @throws {MappingError} */
export type Evaluate = (evaluation: Evaluation) => Promise<Evaluated>;

const THREADS = 2;
/** A thread may use so much memory; what needs more is stopped. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };
/** From the moment a thread has taken it; the start of the thread counts. */
const LIMIT_MS = 1500;
/** A thread that has to be stopped is asked nicely for this long. */
const FAREWELL_MS = 20;
const WAITING_MAX = 500;

const Result = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("values"), json: z.string() }),
  z.object({ kind: z.literal("notJson"), detail: z.string() }),
  z.object({ kind: z.literal("failed"), name: z.string(), detail: z.string() }),
]);

// The same file as source and compiled: Node does not rewrite the ending in a URL
const workerFile = (): string =>
  fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

const stopped = (detail: string): Evaluated => ({ kind: "failed", name: "", detail });

const startPool = () =>
  workerpool.pool(workerFile(), {
    workerType: "thread",
    maxWorkers: THREADS,
    maxQueueSize: WAITING_MAX,
    workerThreadOpts: { resourceLimits },
    workerTerminateTimeout: FAREWELL_MS,
  });

export const makeEvaluate = (): Evaluate => {
  let pool: ReturnType<typeof workerpool.pool> | undefined;

  return async (evaluation) => {
    pool ??= startPool();
    try {
      return Result.parse(await pool.exec("evaluate", [evaluation]).timeout(LIMIT_MS));
    } catch (error) {
      if (error instanceof workerpool.Promise.TimeoutError)
        return stopped(`the expressions ran for more than ${LIMIT_MS / 1000} s and were stopped`);
      const message = error instanceof Error ? error.message : "unknown";
      if (message.includes("terminated") || message.includes("memory"))
        return stopped("the expressions needed too much memory and were stopped");
      throw new MappingError(`Cannot evaluate: ${message}`);
    }
  };
};
