import { VaultError } from "./errors.ts";
import type { ReadSecret } from "./secrets.ts";

/** Secrets that deliveries and callbacks are signed with. */
export interface SharedSecrets {
  /**
   * The secret, and the one before when it has a name and is there. Never an empty one.
   * @param isFresh read again what was not read a moment ago: a secret may have been rotated
   * @throws {VaultError} when the secret itself cannot be had
   */
  of(name: string, previousName: string | undefined, isFresh?: boolean): Promise<readonly string[]>;
}

/** A rotated secret is seen after so long by itself. */
const KEEP_MS = 5 * 60_000;
/** A delivery that does not fit makes the vault be asked again, but not more often than this. */
const FRESH_MS = 30_000;
/** One that is missing may be on its way. */
const MISSING_MS = 10_000;

interface Known {
  /** Undefined: there is no such secret. */
  readonly value: string | undefined;
  readonly readAtMs: number;
}

/** The vault said that it is not there, or may not be used: what was known before does not count any more. */
const GONE: ReadonlySet<string> = new Set(["missing", "forbidden"]);

export const makeSharedSecrets = (read: ReadSecret, now: () => number): SharedSecrets => {
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<Known>>();

  const readNow = async (name: string): Promise<Known> => {
    try {
      return { value: await read(name), readAtMs: now() };
    } catch (error) {
      if (error instanceof VaultError && GONE.has(error.code)) known.delete(name);
      if (error instanceof VaultError && error.code === "missing")
        return { value: undefined, readAtMs: now() };
      const before = known.get(name);
      if (before === undefined) throw error;
      // The vault's trouble is no reason to turn tickets away
      return { ...before, readAtMs: now() };
    }
  };

  /** One read for all who wait. */
  const readOnce = async (name: string): Promise<Known> => {
    const running = reading.get(name) ?? readNow(name);
    reading.set(name, running);
    try {
      const found = await running;
      known.set(name, found);
      return found;
    } finally {
      reading.delete(name);
    }
  };

  const get = async (name: string, keepMs: number): Promise<string | undefined> => {
    const found = known.get(name);
    if (found === undefined) return (await readOnce(name)).value;
    const untilMs = found.readAtMs + (found.value === undefined ? MISSING_MS : keepMs);
    return (now() < untilMs ? found : await readOnce(name)).value;
  };

  return {
    async of(name, previousName, isFresh = false) {
      const keepMs = isFresh ? FRESH_MS : KEEP_MS;
      const [value, previous] = await Promise.all([
        get(name, keepMs),
        // The one before may be gone or out of reach: the current one decides
        previousName === undefined ? undefined : get(previousName, keepMs).catch(() => undefined),
      ]);
      if (value === undefined)
        throw new VaultError(
          "missing",
          `Cannot use secret "${name}": there is none, or it is empty; store it in the vault`,
        );
      return previous === undefined ? [value] : [value, previous];
    },
  };
};
