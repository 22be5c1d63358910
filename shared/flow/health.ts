import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";

/** One dependency: whether it can be used now, and in one word why not. */
export type Check =
  { readonly status: "healthy" } | { readonly status: "unhealthy"; readonly reason: string };

export interface Health {
  readonly status: "healthy" | "unhealthy";
  readonly checks: Readonly<Record<string, Check>>;
}

export interface HealthDeps {
  readonly clock: Clock;
  /** Name of the dependency → throws when it cannot be used; an error may carry a code. */
  readonly probes: Readonly<Record<string, () => Promise<unknown>>>;
}

/** For so long an answer is given again: whoever calls often must not load the dependencies. */
const CACHE_MS = 5000;
const PATIENCE_MS = 5000;

const reasonOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed";

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

export type ReadHealth = (log: Log) => Promise<Health>;

/** Whether the dependencies can be used: each checked at the same time, at most once in a few seconds. */
export const makeHealth = ({ clock, probes }: HealthDeps): ReadHealth => {
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

  const checkAll = async (log: Log): Promise<Health> => {
    const checks = await Promise.all(Object.entries(probes).map(([name, run]) => probe(name, run, log)));
    const isHealthy = checks.every(([, { status }]) => status === "healthy");
    return { status: isHealthy ? "healthy" : "unhealthy", checks: Object.fromEntries(checks) };
  };

  return (log) => {
    if (known === undefined || clock.now() >= known.atMs + CACHE_MS) {
      known = { health: checkAll(log), atMs: clock.now() };
    }
    return known.health;
  };
};
