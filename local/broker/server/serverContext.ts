import type { Clock } from "../clock.ts";
import type { Report } from "../entity/brokerEvent.ts";
import type { Namespace } from "../entity/namespace.ts";
import type { SendFaults } from "../sendFaults.ts";

/**
 * What becomes of the sessions and messages of a client whose connection breaks off. "release": its sessions are free
 * and its messages are back at once, the delivery counted, so that a restart goes on without a wait. "keep-lock":
 * both stay locked until the lock runs out. The service frees sessions and keeps the locks of other messages; to wait
 * for those after every restart helps nobody on a desk, hence the choice.
 */
export type OnDisconnect = "release" | "keep-lock";

/** What all connections share. */
export interface ServerContext {
  readonly namespace: Namespace;
  readonly clock: Clock;
  readonly report: Report;
  readonly faults: SendFaults;
  readonly onDisconnect: OnDisconnect;
}

/** The Standard tier's. */
export const MAX_MESSAGE_BYTES = 262_144;
