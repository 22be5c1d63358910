/** A room of shared/: a folder, or one file, that has a name and a place in the house. */
export interface Room {
  /** Path below shared/, without ".ts" for a single file. */
  readonly name: string;
  readonly isFile?: boolean;
  /** It does no I/O: none of the SDKs and clients may be imported. */
  readonly isPure?: boolean;
  readonly holds: string;
  /** Rooms below that it may import. */
  readonly uses: readonly string[];
  /** Files whose values others may import; types may be imported from any. "open" is all of them. */
  readonly face: "open" | readonly string[];
}

const GROUND = ["clock", "log", "present"] as const;
const CONTRACT = ["request", "outcome", "ledger/entry"] as const;
const LEDGER = ["ledger", "ledger/table"] as const;

/** The house, from the roof down: no room imports one that stands above it. */
export const rooms: readonly Room[] = [
  {
    name: "app",
    isFile: true,
    holds: "builds every room once and hands each what it needs",
    uses: [
      "http",
      "ticket",
      "poison",
      "seats",
      "change",
      "message",
      "token",
      "partner-center",
      "ledger",
      "vault",
      "settings",
      "wait",
      "clock",
    ],
    face: "open",
  },
  {
    name: "http",
    holds: "what HTTP takes and shows: `api/` (routes, inputs, views, OpenAPI), presenters, problems, health",
    uses: [
      "ticket",
      "poison",
      "change",
      "message",
      "token",
      "partner-center",
      ...LEDGER,
      "settings",
      ...CONTRACT,
      ...GROUND,
    ],
    face: "open",
  },
  {
    name: "ticket",
    holds:
      "ticketing systems: `in/` (webhooks: signature, fields), `out/` (callbacks, notices), `source/` (their files), `mapping/` (JSONata in a thread), `web/` (calls to the outside)",
    uses: [
      "change",
      "message",
      ...LEDGER,
      "vault",
      "settings",
      ...CONTRACT,
      "wait",
      "loopback",
      "version",
      ...GROUND,
    ],
    face: ["ticket/ticket.ts"],
  },
  {
    name: "poison",
    holds:
      "what was refused: filing, groups, notes, replay, discard, operations; `dead-letters/` what the broker gave up; `store/` their tables",
    uses: ["change", "message", ...LEDGER, "settings", ...CONTRACT, "wait", ...GROUND],
    face: ["poison/poison.ts", "poison/inputs.ts", "poison/operation.ts"],
  },
  {
    name: "seats",
    holds: "waiting for seats, and how many are missing",
    uses: ["change", "partner-center", "ledger", "sku", ...CONTRACT, ...GROUND],
    face: ["seats/seats.ts"],
  },
  {
    name: "change",
    holds: "one change on its way: accept, apply, attempt, prepare, settle, preview, prove, reconcile",
    uses: [
      "message",
      "token",
      "partner-center",
      ...LEDGER,
      "sku",
      "settings",
      ...CONTRACT,
      "wait",
      ...GROUND,
    ],
    face: ["change/change.ts"],
  },
  {
    name: "message",
    holds: "what travels over Service Bus: requests, events, the poison message, the sender",
    uses: ["token", "settings", ...CONTRACT, "present"],
    face: [
      "message/message.ts",
      "message/entities.ts",
      "message/event.ts",
      "message/poisonMessage.ts",
      "message/rejected.ts",
      "message/fromTrigger.ts",
      "message/fromPoison.ts",
      "message/fromOperation.ts",
      "message/strayOperation.ts",
      "message/errors.ts",
      "message/deadLetter.ts",
      "message/deadLetterAlert.ts",
      "message/fromDeadPoison.ts",
    ],
  },
  {
    name: "token",
    holds:
      "the partner access token: source, claims, gate, renewal, alerts; `entra/` the token endpoint; `store/` its rows",
    uses: ["partner-center", ...LEDGER, "vault", "settings", "request", "outcome", "wait", ...GROUND],
    face: ["token/token.ts"],
  },
  {
    name: "partner-center",
    holds: "the client of Partner Center; `pace/` how fast it is called",
    uses: ["sku", "settings", "request", "outcome", "wait", ...GROUND],
    face: ["partner-center/partnerCenter.ts"],
  },
  {
    name: "ledger",
    holds: "every request's life, in tables, and its retention",
    uses: ["ledger/table", "sku", "settings", "ledger/entry", "request", ...GROUND],
    face: ["ledger/ledger.ts"],
  },
  {
    name: "ledger/table",
    holds: "one table of the storage account: rows, keys, pages, errors",
    uses: ["loopback"],
    face: "open",
  },
  {
    name: "vault",
    holds: "secrets out of Key Vault",
    uses: ["settings", "loopback", "clock"],
    face: ["vault/vault.ts", "vault/errors.ts"],
  },
  {
    name: "settings",
    isFile: true,
    holds: "every setting, read once",
    uses: ["request", "loopback"],
    face: "open",
  },
  {
    name: "ledger/entry",
    isPure: true,
    holds: "the pure transitions of a request and of its poison message",
    uses: ["request", "outcome", "present"],
    face: "open",
  },
  {
    name: "sku",
    isPure: true,
    holds: "names, plans and seats of a customer's SKUs",
    uses: ["request"],
    face: "open",
  },
  { name: "outcome", isPure: true, holds: "causes, and what an answer means", uses: [], face: "open" },
  { name: "request", isPure: true, holds: "the contract: what a caller may ask for", uses: [], face: "open" },
  {
    name: "wait",
    isPure: true,
    holds: "holds, back-off, patience, deadlines",
    uses: ["log", "clock"],
    face: "open",
  },
  { name: "log", isFile: true, holds: "log events", uses: [], face: "open" },
  { name: "clock", isFile: true, holds: "time and chance", uses: [], face: "open" },
  {
    name: "present",
    isFile: true,
    isPure: true,
    holds: "leaving out fields that are undefined",
    uses: [],
    face: "open",
  },
  { name: "loopback", isFile: true, holds: "whether an address is this machine", uses: [], face: "open" },
  { name: "version", isFile: true, holds: "the version of this program", uses: [], face: "open" },
];

/** What functions may import values from, beside @azure/functions: rooms and their faces. */
export const functionsUse: readonly string[] = ["app", "http", "message", "poison", "log", "version"];
