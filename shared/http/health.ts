import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";

/** One dependency: whether it can be used now, and in one word why not. */
export type Check =
  | { readonly status: "healthy" }
  /** It works, and somebody should look at it. */
  | { readonly status: "degraded"; readonly reason: string }
  | { readonly status: "unhealthy"; readonly reason: string };

export interface Health {
  readonly status: Check["status"];
  readonly checks: Readonly<Record<string, Check>>;
}

export interface HealthDeps {
  readonly clock: Clock;
  /** Name of the dependency → throws when it cannot be used; an error may carry a code. */
  readonly probes: Readonly<Record<string, () => Promise<unknown>>>;
  /** Name → what somebody should look at, or undefined; one that throws says nothing. */
  readonly warnings: Readonly<Record<string, () => Promise<string | undefined>>>;
}

/** For so long an answer is given again: whoever calls often must not load the dependencies. */
const CACHE_MS = 5000;
const PATIENCE_MS = 5000;

const reasonOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed";

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

export type ReadHealth = (log: Log) => Promise<Health>;

/** Whether the dependencies can be used: each checked at the same time, at most once in a few seconds. */
export const makeHealth = ({ clock, probes, warnings }: HealthDeps): ReadHealth => {
  let known: { readonly health: Promise<Health>; readonly atMs: number } | undefined;

  const probe = async (
    name: string,
    run: () => Promise<unknown>,
    log: Log,
  ): Promise<readonly [string, Check]> => {
    const tooSlow = clock.sleep(PATIENCE_MS).then((): Check => ({ status: "unhealthy", reason: "timeout" }));
    const outcome = run().then(
      (): Check => ({ status: "healthy" }),
      (error: unknown): Check => {
        log("health.failed", { dependency: name, why: sentenceOf(error) });
        return { status: "unhealthy", reason: reasonOf(error) };
      },
    );
    return [name, await Promise.race([outcome, tooSlow])];
  };

  const warn = async (
    name: string,
    run: () => Promise<string | undefined>,
    log: Log,
  ): Promise<readonly [string, Check]> => {
    let reason: string | undefined;
    const [, check] = await probe(
      name,
      async () => {
        reason = await run();
      },
      log,
    );
    // What cannot be found out is another check's affair: the vault and the ledger have one of their own
    if (check.status !== "healthy" || reason === undefined) return [name, { status: "healthy" }];
    return [name, { status: "degraded", reason }];
  };

  const checkAll = async (log: Log): Promise<Health> => {
    const checks = await Promise.all([
      ...Object.entries(probes).map(([name, run]) => probe(name, run, log)),
      ...Object.entries(warnings).map(([name, run]) => warn(name, run, log)),
    ]);
    const found = new Set(checks.map(([, { status }]) => status));
    const status = (["unhealthy", "degraded"] as const).find((bad) => found.has(bad)) ?? "healthy";
    return { status, checks: Object.fromEntries(checks) };
  };

  return (log) => {
    if (known === undefined || clock.now() >= known.atMs + CACHE_MS) {
      known = { health: checkAll(log), atMs: clock.now() };
    }
    return known.health;
  };
};
