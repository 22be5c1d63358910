import type { AnyCause } from "./anyCause.ts";

/** A message that breaks the contract, whoever put it on the queue. */
export const invalidMessage = {
  kind: "refusal",
  category: "invalid-message",
  owner: "operator",
  meaning: "The message on the queue is not a request: it breaks the contract",
  remedy: "Read the problems, correct the sender, and send the request again; the body is kept as it came",
} as const satisfies AnyCause;

/** A second request under a requestId that is taken. */
export const requestIdReused = {
  kind: "refusal",
  category: "request-id-reused",
  owner: "operator",
  meaning: "The requestId belongs to another request: the ledger has one with a different body",
  remedy:
    "Correct the sender: every change needs a requestId of its own; send it again with a new one, discard this",
} as const satisfies AnyCause;

const retriesExhausted = {
  kind: "refusal",
  category: "retries-exhausted",
  owner: "operator",
  meaning: "The request was tried as often as the queue allows and could not be finished",
  remedy: "See that Partner Center and the vault answer (GET /api/health, the log); then replay",
} as const satisfies AnyCause;

/** What the request waited for when the broker gave it up. */
export const waitedAtGate = {
  kind: "refusal",
  category: "token-gate",
  owner: "operator",
  meaning: "The request waited behind the closed gate for as long as the queue allows",
  remedy: "Store a token that Partner Center takes, or open the gate; then replay",
} as const satisfies AnyCause;

const expired = {
  kind: "refusal",
  category: "expired",
  owner: "operator",
  meaning: "The request waited on the queue for longer than its time to live",
  remedy: "See why nothing was taken from the queue; replay if the change is still wanted",
} as const satisfies AnyCause;

const deadLettered = {
  kind: "refusal",
  category: "dead-lettered",
  owner: "operator",
  meaning: "The broker set the message aside",
  remedy: "Read the broker's reason; replay when it is dealt with",
} as const satisfies AnyCause;

/** DeadLetterReason of Service Bus → cause. */
const byReason: ReadonlyMap<string, BrokerCause> = new Map<string, BrokerCause>([
  ["MaxDeliveryCountExceeded", retriesExhausted],
  ["TTLExpiredException", expired],
]);

export const brokerCauseOf = (reason: string | undefined): BrokerCause =>
  (reason === undefined ? undefined : byReason.get(reason)) ?? deadLettered;

/** The causes that do not come from Partner Center, for the list of causes. */
export const brokerCauses = [
  invalidMessage,
  requestIdReused,
  retriesExhausted,
  waitedAtGate,
  expired,
  deadLettered,
] as const;

type BrokerCause = (typeof brokerCauses)[number];
export type BrokerCategory = BrokerCause["category"];
