import { randomBytes } from "node:crypto";

import type { Clock } from "../clock.ts";
import type { Lock, Receiver, Stored } from "./shelf.ts";

interface HeldLock extends Lock {
  readonly stored: Stored;
  readonly receiver: Receiver | undefined;
  readonly cancelExpiry: (() => void) | undefined;
}

/** A random GUID, version 4, as 32 hexadecimal digits. */
const newToken = (): string => {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex");
};

/** Which messages are locked, by whom, and until when. */
export class LockTable {
  readonly #clock: Clock;
  readonly #expire: (stored: Stored) => void;
  readonly #byToken = new Map<string, HeldLock>();
  readonly #byReceiver = new Map<Receiver, Set<string>>();

  constructor(clock: Clock, expire: (stored: Stored) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** A lock with an end of its own, or for as long as the receiver holds its session. */
  lock(stored: Stored, receiver: Receiver | undefined, untilMs: number, endsWithSession: boolean): Lock {
    const token = newToken();
    this.#put({ token, stored, receiver, untilMs, cancelExpiry: undefined }, endsWithSession);
    stored.lockToken = token;
    if (receiver !== undefined) {
      const tokens = this.#byReceiver.get(receiver) ?? new Set();
      this.#byReceiver.set(receiver, tokens.add(token));
    }
    return { token, untilMs };
  }

  find(token: string): Stored | undefined {
    return this.#byToken.get(token)?.stored;
  }

  /** False when there is no such lock. */
  renew(token: string, untilMs: number): boolean {
    const lock = this.#byToken.get(token);
    if (lock === undefined) return false;
    lock.cancelExpiry?.();
    this.#put({ ...lock, untilMs }, false);
    return true;
  }

  unlock(stored: Stored): void {
    const lock = stored.lockToken === undefined ? undefined : this.#byToken.get(stored.lockToken);
    stored.lockToken = undefined;
    if (lock === undefined) return;
    lock.cancelExpiry?.();
    this.#byToken.delete(lock.token);
    if (lock.receiver === undefined) return;
    const tokens = this.#byReceiver.get(lock.receiver);
    tokens?.delete(lock.token);
    if (tokens?.size === 0) this.#byReceiver.delete(lock.receiver);
  }

  /** What the receiver has locked. */
  lockedBy(receiver: Receiver): Stored[] {
    const tokens = this.#byReceiver.get(receiver) ?? [];
    return [...tokens].flatMap((token) => this.find(token) ?? []);
  }

  #put(lock: HeldLock, endsWithSession: boolean): void {
    const cancelExpiry = endsWithSession
      ? undefined
      : this.#clock.at(lock.untilMs, () => {
          this.unlock(lock.stored);
          this.#expire(lock.stored);
        });
    this.#byToken.set(lock.token, { ...lock, cancelExpiry });
  }
}
