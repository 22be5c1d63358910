import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Patiently } from "../wait/patiently.ts";
import { makeThrottle, type Throttle } from "../wait/throttle.ts";
import type { Freeze } from "./freeze.ts";
import type { Item, Operation } from "./operation.ts";
import { addCounts, advance, frozen, hasEnded, NO_COUNTS, stopped, type Counts } from "./progress.ts";
import type { Operations } from "./store/operations.ts";
import type { Treat } from "./treat.ts";
import { isPassing, whyOf } from "./trouble.ts";

export interface OperateDeps {
  readonly clock: Clock;
  readonly operations: Operations;
  readonly freeze: Freeze;
  readonly treat: Treat;
  /** Sends the operation a message to be gone on with. */
  readonly sendTick: (operationId: string, tick: number) => Promise<void>;
  readonly patiently: Patiently;
}

/**
 * Goes on with an operation for a while; what is left is done by the next message.
 * @returns false when there is no such operation
 */
export type Operate = (operationId: string, log: Log) => Promise<boolean>;

/** One message works for so long; then the next goes on, so that none holds its lock for hours. */
const SLICE_MS = 30_000;
/** So many items may be under way at once. */
const WINDOW = 128;
/** Results are looked for at most so often, for so many items at once: those that were not looked at for longest. */
const LOOK_MS = 200;
const LOOK_COUNT = 32;
const PAUSE_MS = 20;
/** The operation is read and written at most so often. */
const SAVE_MS = 500;

/** Items that are not begun, in their order, a few at a time. */
const makeSupply = (pages: AsyncGenerator<readonly Item[], void, undefined>) => {
  let page: readonly Item[] = [];
  let isEmpty = false;
  return {
    /** Nothing is left, as far as is known. */
    isEmpty: () => isEmpty && page.length === 0,
    async take(count: number): Promise<readonly Item[]> {
      if (count === 0) return [];
      while (page.length === 0 && !isEmpty) {
        const next = await pages.next();
        if (next.done === true) isEmpty = true;
        else page = next.value;
      }
      const taken = page.slice(0, count);
      page = page.slice(taken.length);
      return taken;
    },
  };
};

const byLane = (items: readonly Item[]): readonly (readonly Item[])[] => {
  const lanes = new Map<string, Item[]>();
  for (const item of items) lanes.set(item.lane, [...(lanes.get(item.lane) ?? []), item]);
  return [...lanes.values()];
};

const roomFor = ({ kind, state }: Operation, underWay: number, throttle: Throttle): number => {
  if (state === "canary") return underWay === 0 ? 1 : 0;
  if (state !== "running") return 0;
  const room = WINDOW - underWay;
  return kind === "replay" ? throttle.take(room) : room;
};

const isUnderWay = ({ state }: Item): boolean => state === "sent";

export const makeOperate = (deps: OperateDeps): Operate => {
  const { clock, operations, freeze, treat, sendTick, patiently } = deps;
  const nowIso = (): string => new Date(clock.now()).toISOString();

  const countResults = async (id: string): Promise<Counts> => {
    let counts = NO_COUNTS;
    for await (const items of operations.items(id, ["done", "failed", "skipped"])) {
      counts = addCounts(counts, items);
    }
    return counts;
  };

  /** Begins items: one after the other within a lane, the lanes side by side. */
  const startAll = async (
    operation: Operation,
    items: readonly Item[],
    log: Log,
  ): Promise<readonly Item[]> => {
    const started = await Promise.all(
      byLane(items).map(async (lane) => {
        const results: Item[] = [];
        for (const item of lane) results.push(await treat.start(operation, item, log));
        return results;
      }),
    );
    return started.flat();
  };

  const lookAtAll = async (items: readonly Item[]): Promise<readonly Item[]> => {
    const looked = await Promise.all(items.map((item) => treat.look(item)));
    return looked.flatMap((item) => item ?? []);
  };

  const work = async (begun: Operation, log: Log): Promise<Operation> => {
    const { id } = begun;
    const endMs = clock.now() + SLICE_MS;
    const throttle = makeThrottle(clock, begun.ratePerSecond);
    const underWay = new Map<string, Item>();
    for await (const items of operations.items(id, ["sent"])) {
      for (const item of items) underWay.set(item.key, item);
    }
    const supply = makeSupply(operations.items(id, ["todo"]));
    let counts = await countResults(id);
    let operation = begun;
    let savedMs = 0;
    let lookedMs = 0;
    let unsaved: Item[] = [];

    while (!hasEnded(operation) && clock.now() < endMs) {
      const taken = await supply.take(roomFor(operation, underWay.size, throttle));
      const started = await startAll(operation, taken, log);
      const isLook = clock.now() - lookedMs >= LOOK_MS;
      const inTurn = isLook ? [...underWay.values()].slice(0, LOOK_COUNT) : [];
      const looked = await lookAtAll(inTurn);
      for (const item of inTurn) {
        underWay.delete(item.key);
        underWay.set(item.key, item);
      }
      if (isLook) lookedMs = clock.now();
      const results = [...started.filter((item) => !isUnderWay(item)), ...looked];
      for (const item of started) if (isUnderWay(item)) underWay.set(item.key, item);
      for (const { key } of looked) underWay.delete(key);
      await operations.putItems(id, [...started, ...looked]);
      counts = addCounts(counts, results);
      unsaved.push(...results);

      const isIdle = underWay.size === 0;
      const isOver = isIdle && supply.isEmpty();
      const isTime = clock.now() - savedMs >= SAVE_MS || isOver || operation.state === "canary";
      if (isTime) {
        const seen = { counts, results: unsaved, isIdle, isOver, at: nowIso() };
        operation = (await operations.change(id, (now) => advance(now, seen))) ?? operation;
        savedMs = clock.now();
        unsaved = [];
      }
      if (taken.length === 0 && !hasEnded(operation)) {
        await clock.sleep(Math.max(PAUSE_MS, lookedMs + LOOK_MS - clock.now()));
      }
    }
    return operation;
  };

  const step = async (operationId: string, log: Log): Promise<Operation | undefined> => {
    // Noted at every try: an operation whose message fails again and again is not taken for one without a message
    const found = await operations.change(operationId, (now) =>
      hasEnded(now) ? undefined : { ...now, updatedAt: nowIso() },
    );
    if (found === undefined || hasEnded(found)) return found;
    // Begun anew after a crash: what was noted before is noted again
    const total = found.state === "freezing" ? await freeze(found) : undefined;
    const operation =
      total === undefined
        ? found
        : await operations.change(operationId, (now) => frozen(now, total, nowIso()));
    return operation === undefined ? undefined : work(operation, log);
  };

  /** What would come to the same at every delivery stops the operation, where an operator sees it. */
  const stepOrStop = async (operationId: string, log: Log): Promise<Operation | undefined> => {
    try {
      return await step(operationId, log);
    } catch (error) {
      if (isPassing(error)) throw error;
      return operations.change(operationId, (now) => stopped(now, whyOf(error), nowIso()));
    }
  };

  return async (operationId, log) => {
    if ((await patiently("operation", () => operations.read(operationId), log)) === undefined) return false;
    const operation = await patiently("operation", () => stepOrStop(operationId, log), log);
    // Removed under way
    if (operation === undefined) return true;
    const { state, total, done, failed, skipped } = operation;
    log("operation.progress", { operationId, state, total, done, failed, skipped });
    if (hasEnded(operation)) return true;
    await patiently(
      "license-operations",
      async () => {
        const next = await operations.change(operationId, (now) => ({ ...now, ticks: now.ticks + 1 }));
        if (next !== undefined) await sendTick(operationId, next.ticks);
      },
      log,
    );
    return true;
  };
};
