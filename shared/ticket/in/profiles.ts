import type { Scheme } from "./scheme.ts";

/** What is read out of a delivery, each by an expression. */
export const MAP_FIELDS = [
  "when",
  "stopped",
  "sentAt",
  "requestId",
  "customerId",
  "userId",
  "licensesToAssign",
  "licensesToRemove",
  "usageLocation",
  "waitForSeats",
  "ticketId",
  "ticketUrl",
  "requestedBy",
  "callbackUrl",
] as const;
export type MapField = (typeof MAP_FIELDS)[number];
export type FieldMap = Readonly<Partial<Record<MapField, string>>>;

/** A ticketing system: how it proves who it is, and where in its payload things are. */
export interface Profile {
  readonly title: string;
  /** The name under which tickets are kept. */
  readonly system: string;
  readonly scheme: Scheme;
  /** JSONata expressions over the payload; `$fields` holds the names that a source gives its fields. */
  readonly map: FieldMap;
  /** The payload is the vendor's: the source has to say in which of its fields things are. */
  readonly needsFields: boolean;
  /** The largest body, in bytes. */
  readonly bodyMaxBytes: number;
  /** How old the event in a signed body may be, in seconds: `sentAt` says when it happened. */
  readonly eventMaxAgeSeconds?: number;
}

const SMALL = 64 * 1024;
/** An issue in full has hundreds of fields. */
const LARGE = 1024 * 1024;

/** A template on their side fills our own contract; what it cannot shape as a list may be text with commas. */
const contract: FieldMap = {
  requestId: "requestId",
  customerId: "customerId",
  userId: "userId",
  licensesToAssign: "licensesToAssign",
  licensesToRemove: "licensesToRemove",
  usageLocation: "usageLocation",
  waitForSeats: "waitForSeats",
  ticketId: '$type(ticket) = "object" ? ticket.id : ticket',
  ticketUrl: "ticket.url",
  requestedBy: "requestedBy",
  callbackUrl: "ticket.callbackUrl",
};

const bearer: Scheme = { kind: "sharedSecret", header: "authorization", prefix: "Bearer " };

const byTemplate = (title: string, system: string, scheme: Scheme): Profile => ({
  title,
  system,
  scheme,
  map: contract,
  needsFields: false,
  bodyMaxBytes: SMALL,
});

/** One field of an issue: its text, its user's address, or the text of each of its options. */
const issueField = (name: string): string =>
  `$lookup(issue.fields, $fields.${name}).($type($) = "object" ? (emailAddress ? emailAddress : value ? value : name) : $)`;

/**
 * ConnectWise's entity comes as text inside the JSON. Not documented, but captured; both are read.
 * https://github.com/amp-labs/connectors/blob/HEAD/providers/connectwise/internal/webhook/test/contact-update.json
 */
const ENTITY = '($type(Entity) = "string" ? $json(Entity) : Entity)';
const customField = (name: string): string => `${ENTITY}.customFields[caption = $fields.${name}].value`;
const autotaskField = (name: string): string => `$lookup(Fields, $fields.${name})`;

/**
 * The built-in ticketing systems, as their vendors document them. ConnectWise's page needs a sign-in, so a receiver
 * that others wrote stands beside it. The systems with `bearer` document no signature.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * https://developer.zendesk.com/documentation/webhooks/verifying/
 * https://developer.atlassian.com/cloud/jira/platform/webhooks/
 * https://developer.connectwise.com/Products/Manage/Developer_Guide
 * https://github.com/NangoHQ/nango/blob/master/packages/server/lib/webhook/connectwise-psa-webhook-routing.ts
 * https://www.autotask.net/help/developerhelp/Content/APIs/Webhooks/SecretKeyPayloadVerification.htm
 * https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const profiles = {
  "standard-webhooks": {
    ...byTemplate("Standard Webhooks", "standard-webhooks", { kind: "standardWebhooks" }),
    map: { ...contract, requestId: "requestId ? requestId : $deliveryId" },
  },
  zendesk: byTemplate("Zendesk", "zendesk", {
    kind: "hmac",
    header: "x-zendesk-webhook-signature",
    prefix: "",
    algorithm: "sha256",
    encoding: "base64",
    key: "secret",
    timestampHeader: "x-zendesk-webhook-signature-timestamp",
  }),
  "jira-webhook": {
    title: "Jira Cloud admin webhook",
    system: "jira",
    scheme: {
      kind: "hmac",
      header: "x-hub-signature",
      prefix: "sha256=",
      algorithm: "sha256",
      encoding: "hex",
      key: "secret",
    },
    map: {
      when: 'webhookEvent in ["jira:issue_created", "jira:issue_updated"]',
      sentAt: "timestamp",
      customerId: issueField("customerId"),
      userId: issueField("userId"),
      licensesToAssign: issueField("licensesToAssign"),
      licensesToRemove: issueField("licensesToRemove"),
      ticketId: "issue.key",
      // Not who edited it last: another edit of the same wish is the same request
      requestedBy: "issue.fields.reporter.displayName",
    },
    needsFields: true,
    bodyMaxBytes: LARGE,
    eventMaxAgeSeconds: 24 * 60 * 60,
  },
  "jira-automation": byTemplate("Jira and JSM automation", "jira", bearer),
  servicenow: byTemplate("ServiceNow", "servicenow", bearer),
  freshservice: byTemplate("Freshservice and Freshdesk", "freshservice", bearer),
  halopsa: byTemplate("HaloPSA", "halopsa", bearer),
  connectwise: {
    title: "ConnectWise PSA callback",
    system: "connectwise",
    scheme: {
      kind: "hmac",
      header: "x-content-signature",
      prefix: "",
      algorithm: "sha256",
      encoding: "base64",
      key: "sha256",
    },
    map: {
      when: '$lowercase(Type) = "ticket" and $lowercase(Action) in ["added", "updated"]',
      customerId: `$exists($fields.customerId) ? ${customField("customerId")} : ${ENTITY}.company.identifier`,
      userId: customField("userId"),
      licensesToAssign: customField("licensesToAssign"),
      licensesToRemove: customField("licensesToRemove"),
      ticketId: "$string(ID)",
    },
    needsFields: true,
    bodyMaxBytes: LARGE,
  },
  autotask: {
    title: "Autotask PSA webhook",
    system: "autotask",
    scheme: {
      kind: "hmac",
      header: "x-hook-signature",
      prefix: "sha1=",
      algorithm: "sha1",
      encoding: "base64",
      key: "secret",
    },
    map: {
      when: 'EntityType = "Ticket" and Action in ["Create", "Update"]',
      stopped: 'Action = "Deactivated"',
      customerId: `$exists($fields.customerId) ? ${autotaskField("customerId")} : Fields.companyID`,
      userId: autotaskField("userId"),
      licensesToAssign: autotaskField("licensesToAssign"),
      licensesToRemove: autotaskField("licensesToRemove"),
      ticketId: "Fields.ticketNumber ? Fields.ticketNumber : $string(Id)",
    },
    needsFields: true,
    bodyMaxBytes: SMALL,
  },
  github: {
    ...byTemplate("GitHub, and senders that sign as it does", "github", {
      kind: "hmac",
      header: "x-hub-signature-256",
      prefix: "sha256=",
      algorithm: "sha256",
      encoding: "hex",
      key: "secret",
    }),
    // The first delivery of a new webhook asks for nothing
    map: { ...contract, when: "$not($exists(zen))" },
  },
  bearer: byTemplate("A sender with a secret header", "webhook", bearer),
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof profiles;

/** The profile of this name, as the type that all of them have. */
export const profileOf = (name: ProfileName): Profile => profiles[name];
