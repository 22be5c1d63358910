import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Cause } from "../outcome/causes.ts";
import { tokenIdOf, type PartnerToken } from "./partnerToken.ts";
import type { GateRow, GateStore } from "./store/gate.ts";

/**
 * Keeps messages from being sent into the fire: after a few refusals in a row that concern the token and not the message,
 * nothing more is called with it, by no instance, until the vault has another token or an operator opens the gate.
 */
export interface TokenGate {
  /** Why nothing may be called with this token now; undefined when it may. Never throws. */
  closedFor(token: PartnerToken): Promise<string | undefined>;
  /** Partner Center refused this token. Never throws. */
  refused(token: PartnerToken, cause: Cause, log: Log): Promise<void>;
  /** Partner Center took this token. */
  passed(token: PartnerToken): void;
  /** @throws {LedgerError} */
  open(by: string, log: Log): Promise<GateRow | undefined>;
  /** @throws {LedgerError} */
  read(): Promise<GateRow | undefined>;
}

/** So many refusals in a row: one may be chance while Microsoft's checks are rolled out by share of traffic. */
const REFUSALS_MAX = 3;
/** Between two looks at what the other instances have found. */
const LOOK_MS = 5000;

export const isClosedFor = (row: GateRow | undefined, tokenId: string): boolean =>
  row !== undefined && row.openedAt === undefined && row.tokenId === tokenId;

export const makeTokenGate = (store: GateStore, clock: Clock): TokenGate => {
  let known: GateRow | undefined;
  let lookedAtMs = -Infinity;
  let tokenId: string | undefined;
  let refusals = 0;

  /** When the ledger cannot be reached, what is known here has to do. */
  const look = async (): Promise<void> => {
    if (clock.now() < lookedAtMs + LOOK_MS) return;
    lookedAtMs = clock.now();
    try {
      const before = known?.openedAt;
      known = await store.read();
      // Opened by an operator: it may be tried a few times again
      if (known?.openedAt !== undefined && known.openedAt !== before) refusals = 0;
    } catch {
      // Looked for again in a while
    }
  };

  const count = (token: PartnerToken): void => {
    const id = tokenIdOf(token);
    if (id !== tokenId) {
      tokenId = id;
      refusals = 0;
    }
    refusals += 1;
  };

  return {
    async closedFor(token) {
      await look();
      return isClosedFor(known, tokenIdOf(token))
        ? `the token was refused (${known?.category ?? ""}); store another one, or open the gate`
        : undefined;
    },
    async refused(token, { category }, log) {
      count(token);
      const id = tokenIdOf(token);
      if (refusals < REFUSALS_MAX || isClosedFor(known, id)) return;
      known = { tokenId: id, category, closedAt: new Date(clock.now()).toISOString(), refusals };
      log("gate.closed", { category, refusals });
      try {
        await store.write(known);
      } catch (error) {
        const why = error instanceof Error ? error.message : "unknown";
        log("ledger.failed", { requestId: undefined, why });
      }
    },
    passed(token) {
      if (tokenIdOf(token) === tokenId) refusals = 0;
    },
    async open(by, log) {
      const row = await store.read();
      if (row === undefined) return undefined;
      const opened = { ...row, openedAt: new Date(clock.now()).toISOString(), openedBy: by };
      await store.write(opened);
      known = opened;
      refusals = 0;
      log("gate.opened", { by });
      return opened;
    },
    read: () => store.read(),
  };
};
