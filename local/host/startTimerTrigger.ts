import { z } from "zod";

import type { RegisteredFunction } from "./coreModule.ts";
import { nextDue, parseCron, type Cron } from "./cron.ts";
import { describeError, type Log } from "./hostLog.ts";
import type { Invoke } from "./invoke.ts";
import type { Trigger } from "./trigger.ts";

/** A function that the clock starts. */
export interface TimerFunction {
  readonly fn: RegisteredFunction;
  readonly bindingName: string;
  readonly cron: Cron;
  readonly runOnStartup: boolean;
}

const TimerBinding = z.object({ schedule: z.string(), runOnStartup: z.boolean().default(false) });
/** setTimeout cannot wait longer. */
const WAIT_MAX_MS = 2_147_483_647;

/** Reads a timer trigger. @throws {Error} when its schedule is not supported here */
export const toTimerFunction = (
  fn: RegisteredFunction,
  bindingName: string,
  binding: unknown,
): TimerFunction => {
  const { success, data, error } = TimerBinding.safeParse(binding);
  if (!success) throw new Error(`Cannot run "${fn.metadata.name}": ${z.prettifyError(error)}`);
  return { fn, bindingName, cron: parseCron(data.schedule), runOnStartup: data.runOnStartup };
};

/** What the function gets, as the host sends it. */
const toTimerInput = (last: Date | undefined, next: Date | undefined): string =>
  JSON.stringify({
    Schedule: { AdjustForDST: true },
    ScheduleStatus: {
      Last: (last ?? new Date(0)).toISOString(),
      Next: (next ?? new Date(0)).toISOString(),
      LastUpdated: new Date().toISOString(),
    },
    IsPastDue: false,
  });

/** Runs a function whenever it is due; never twice at the same time. */
export const startTimerTrigger = (
  { fn, bindingName, cron, runOnStartup }: TimerFunction,
  { invoke, log }: { readonly invoke: Invoke; readonly log: Log },
): Trigger & { readonly run: () => Promise<void> } => {
  const { name: functionName } = fn.metadata;
  let timer: NodeJS.Timeout | undefined;
  let isOpen = true;
  let last: Date | undefined;

  const run = async (): Promise<void> => {
    const json = toTimerInput(last, nextDue(cron, new Date()));
    last = new Date();
    try {
      await invoke(fn, { inputData: [{ name: bindingName, data: { json } }], triggerMetadata: {} });
    } catch (error) {
      // The next time comes all the same
      log("error", "system", `Function "${functionName}" failed: ${describeError(error)}`, { functionName });
    }
  };

  const plan = (): void => {
    const due = nextDue(cron, new Date());
    if (!isOpen || due === undefined) return;
    const waitMs = Math.min(WAIT_MAX_MS, Math.max(0, due.getTime() - Date.now()));
    timer = setTimeout(() => void fire(due), waitMs);
  };
  const fire = async (due: Date): Promise<void> => {
    if (Date.now() >= due.getTime()) await run();
    plan();
  };
  const begin = async (): Promise<void> => {
    if (runOnStartup) await run();
    plan();
  };
  void begin();

  const pause = (): Promise<void> => {
    isOpen = false;
    clearTimeout(timer);
    return Promise.resolve();
  };
  return { pause, close: pause, run };
};
