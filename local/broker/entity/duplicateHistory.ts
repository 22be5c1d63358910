/** The message ids an entity has seen within its window. */
export class DuplicateHistory {
  readonly #windowMs: number;
  /** In the order of time, since every id stays for the same while. */
  readonly #forgetAtMs = new Map<string, number>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Whether the id was seen before; from then on it was. A message without id is never a duplicate. */
  sees(messageId: string | undefined, nowMs: number): boolean {
    if (messageId === undefined) return false;
    for (const [id, atMs] of this.#forgetAtMs) {
      if (atMs > nowMs) break;
      this.#forgetAtMs.delete(id);
    }
    if (this.#forgetAtMs.has(messageId)) return true;
    this.#forgetAtMs.set(messageId, nowMs + this.#windowMs);
    return false;
  }
}
