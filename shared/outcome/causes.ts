import type { AnyCause } from "./anyCause.ts";
import type { BrokerCategory } from "./brokerCauses.ts";
import type { RequestCategory } from "./requestCauses.ts";

/** An answer of Partner Center. Without a code: any other code. */
interface AnswerKey {
  readonly status: number;
  readonly code?: number;
}

const askPartnerAdmin = { kind: "refusal", owner: "partner admin" } as const;
const fixRequest = { kind: "refusal", owner: "operator" } as const;
const fixToken = { kind: "token", owner: "operator" } as const;
const askMicrosoft = { kind: "refusal", owner: "Microsoft" } as const;
const waitAndRetry = { kind: "transient", owner: "Microsoft" } as const;
const readBackAndRetry = { kind: "unsure", owner: "Microsoft" } as const;

const mfa = {
  ...fixToken,
  category: "token-mfa",
  meaning: "The partner access token was obtained without multifactor authentication",
  remedy:
    "Sign in once more with MFA as the service account and store the new refresh token; then replay. The old one cannot help",
} as const;

const serverTrouble = {
  category: "service-error",
  meaning: "Partner Center failed while it handled the call",
  remedy: "Nothing to correct: replay when Partner Center is healthy again (see its service status)",
} as const;

const invalid = {
  ...fixRequest,
  category: "invalid-request",
  meaning: "Partner Center finds the request invalid",
  remedy:
    "Read the description: often a wrong SKU or plan id, SKUs of two license groups in one request, or a user without usage location. Correct it and send it with a new requestId",
} as const;

/**
 * Answers of Partner Center that have a meaning of their own, by status and code.
 * Most are documented; 401/10001, 403/90000 and 403/600006 are not, but were seen.
 * The same code can mean two things under two statuses, so the pair is the key.
 * https://learn.microsoft.com/partner-center/developer/error-codes
 * https://learn.microsoft.com/partner-center/developer/assign-licenses-to-a-user
 */
const rows = [
  {
    ...invalid,
    status: 400,
    code: 3000,
  },
  {
    ...invalid,
    status: 400,
    code: 800002,
  },
  {
    ...fixRequest,
    status: 400,
    code: 2055,
    category: "stale-etag",
    meaning: "The resource was changed in between (ETag no longer valid)",
    remedy: "Replay",
  },
  {
    ...askMicrosoft,
    status: 400,
    code: 60000,
    category: "migration-failed",
    meaning: "The migration of the customer's licenses failed",
    remedy: "Open a support case with Microsoft, naming the request ids; replay when it is solved",
  },
  {
    ...askPartnerAdmin,
    status: 400,
    code: 60012,
    category: "no-seats",
    meaning: "The customer has no available license of this SKU left",
    remedy: "Buy seats or free one, then replay",
  },
  {
    ...fixRequest,
    status: 400,
    code: 900118,
    category: "customer-id-invalid",
    meaning: "Partner Center does not accept the customer id",
    remedy: "Correct customerId to the tenant id of the customer and send it with a new requestId",
  },
  {
    ...fixToken,
    status: 400,
    code: 900316,
    category: "token-kind",
    meaning: "The token in the vault is a partner token from generatetoken; license calls refuse these",
    remedy:
      "Store the Microsoft Entra App+User token itself in the vault, without generatetoken; then replay",
  },
  {
    ...invalid,
    status: 400,
  },
  {
    ...fixToken,
    status: 401,
    code: 400,
    category: "token-rejected",
    meaning: "Partner Center does not accept the partner access token",
    remedy:
      "Renew the token in the vault and see that it is the token of the right partner tenant; then replay",
  },
  {
    ...mfa,
    status: 401,
    code: 10001,
  },
  {
    ...fixToken,
    status: 401,
    code: 800001,
    category: "token-missing",
    meaning: "Partner Center found no token in the call",
    remedy: "See that the secret in the vault holds the token and nothing else; then replay",
  },
  {
    ...fixToken,
    status: 401,
    code: 900420,
    category: "token-audience",
    meaning: "The token was issued for another service",
    remedy:
      "Request the token for https://api.partnercenter.microsoft.com, store it in the vault; then replay",
  },
  {
    ...mfa,
    status: 401,
    code: 900421,
  },
  {
    ...fixToken,
    status: 401,
    category: "token-rejected",
    meaning: "Partner Center does not accept the partner access token",
    remedy:
      "Renew the token in the vault and see that it is the token of the right partner tenant; then replay",
  },
  {
    ...askPartnerAdmin,
    status: 403,
    code: 2032,
    category: "access-denied",
    meaning: "The service account may not do this for the customer",
    remedy: "Check the relationship with the customer and the roles of the service account; then replay",
  },
  {
    ...askPartnerAdmin,
    status: 403,
    code: 20002,
    category: "no-relationship",
    meaning: "The partner has no commerce relationship with the customer",
    remedy: "Check customerId; if it is right, establish the reseller relationship; then replay",
  },
  {
    ...askPartnerAdmin,
    status: 403,
    code: 90000,
    category: "token-issuance",
    meaning: "Microsoft Entra refused a token for the customer's tenant",
    remedy:
      "Check the GDAP relationship and the consent of the application, and whether a policy of the customer blocks it; then replay",
  },
  {
    ...askPartnerAdmin,
    status: 403,
    code: 600006,
    category: "action-not-allowed",
    meaning: "The requested action is not allowed for this customer",
    remedy: "Check the relationship with the customer and the state of the subscription; then replay",
  },
  {
    ...askPartnerAdmin,
    status: 403,
    code: 900150,
    category: "role-missing",
    meaning: "The role of the service account lacks the right",
    remedy: "Give the service account a role that may manage licenses; then replay",
  },
  {
    ...askPartnerAdmin,
    status: 403,
    code: 900308,
    category: "gdap-role-missing",
    meaning: "The service account has too few privileges in the customer's tenant",
    remedy:
      "Check the GDAP relationship: not expired, with the role License Administrator or User Administrator assigned to a security group that has the service account in it; then replay",
  },
  {
    kind: "refusal",
    owner: "customer",
    status: 403,
    code: 900309,
    category: "conditional-access",
    meaning: "The customer's Conditional Access policy blocks the partner",
    remedy:
      "Ask the customer to exclude the partner from the policy (Guest or external users, Service provider users); then replay",
  },
  {
    ...fixToken,
    status: 403,
    code: 900329,
    category: "token-app-only",
    meaning: "The token belongs to the application alone; license calls need a user in it",
    remedy: "Store an App+User token in the vault (Secure Application Model); then replay",
  },
  {
    ...askPartnerAdmin,
    status: 403,
    category: "access-denied",
    meaning: "Partner Center forbids this change",
    remedy: "Check the relationship with the customer and the roles of the service account; then replay",
  },
  {
    ...fixRequest,
    status: 404,
    code: 1000,
    category: "not-found",
    meaning: "Partner Center does not find what the request names",
    remedy: "Check customerId and userId; correct them and send the request with a new requestId",
  },
  {
    ...fixRequest,
    status: 404,
    code: 60002,
    category: "user-not-found",
    meaning: "The customer has no such user",
    remedy:
      "Correct userId and send it with a new requestId; if the user was created a moment ago, replay in a few minutes",
  },
  {
    ...fixRequest,
    status: 404,
    code: 60003,
    category: "customer-not-found",
    meaning: "The partner has no such customer",
    remedy: "Correct customerId to the tenant id of the customer and send it with a new requestId",
  },
  {
    ...fixRequest,
    status: 404,
    category: "not-found",
    meaning: "Partner Center does not find what the request names",
    remedy:
      "Check customerId, userId and the setting PARTNER_CENTER_URL; then replay or send a corrected request",
  },
  {
    ...readBackAndRetry,
    ...serverTrouble,
    status: 408,
    category: "timeout",
    meaning: "Partner Center gave up waiting for the call",
  },
  {
    ...fixRequest,
    status: 409,
    category: "conflict",
    meaning: "The change collides with another change of the same user or license",
    remedy: "Look at the user's licenses; replay if the change is still wanted",
  },
  {
    ...waitAndRetry,
    status: 429,
    category: "throttled",
    meaning: "Partner Center limits the number of calls",
    remedy: "Nothing to correct: replay later, and at a lower rate if it happens often",
  },
  { ...readBackAndRetry, ...serverTrouble, status: 500, code: 800003 },
  { ...readBackAndRetry, ...serverTrouble, status: 500, code: 900192 },
  { ...readBackAndRetry, ...serverTrouble, status: 500 },
  {
    ...askMicrosoft,
    status: 501,
    code: 0,
    category: "not-supported",
    meaning: "Partner Center does not support this call",
    remedy: "Open a support case with Microsoft, naming the request ids",
  },
  {
    ...askMicrosoft,
    status: 501,
    category: "not-supported",
    meaning: "Partner Center does not support this call",
    remedy: "Open a support case with Microsoft, naming the request ids",
  },
  { ...readBackAndRetry, ...serverTrouble, status: 502 },
  {
    ...waitAndRetry,
    ...serverTrouble,
    status: 503,
    category: "unavailable",
    meaning: "Partner Center is unavailable",
  },
  { ...readBackAndRetry, ...serverTrouble, status: 504 },
] as const satisfies readonly (AnyCause & AnswerKey)[];

/** What is left when the table has no row: decided by the class of the status alone. */
const byClass = {
  "2": {
    kind: "unsure",
    owner: "operator",
    category: "answer-unclear",
    meaning:
      "Twice the answer said success without saying what was changed, and no read of the user's licenses shows the change",
    remedy:
      "Read in the description how the answer begins, often a page of a proxy, and whether the licenses could be read. Check PARTNER_CENTER_URL and what is on the way, look at the user's licenses; then replay",
  },
  "3": {
    ...fixRequest,
    category: "unexpected-answer",
    meaning: "The call was answered with a redirect",
    remedy: "Check PARTNER_CENTER_URL and any proxy on the way; then replay",
  },
  "4": {
    ...fixRequest,
    category: "rejected",
    meaning: "Partner Center rejected the call",
    remedy: "Read the description, correct the request and send it with a new requestId",
  },
  "5": { ...readBackAndRetry, ...serverTrouble },
} as const satisfies Readonly<Record<"2" | "3" | "4" | "5", AnyCause>>;

type AnswerCategory = ((typeof rows)[number] | (typeof byClass)[keyof typeof byClass])["category"];

/** Every category of a refusal that a ticket can be told of: those of the tables, and no others. */
export type RefusalCategory = AnswerCategory | BrokerCategory | RequestCategory;

export interface Cause extends AnyCause {
  readonly category: RefusalCategory;
}

/** A row of the table: the answer of Partner Center, and what it means. */
export type CauseRow = AnswerKey & Cause;

/** The table, for the list of causes. */
export const causeRows: readonly CauseRow[] = rows;

const keyOf = (status: number, code: number | undefined): string => `${status}/${code ?? "*"}`;

const causesByKey: ReadonlyMap<string, Cause> = new Map(
  causeRows.map(({ status, code, ...cause }) => [keyOf(status, code), cause]),
);

const isClass = (digit: string): digit is keyof typeof byClass => Object.hasOwn(byClass, digit);

/** The cause of an answer: by status and code, else by status, else by the class of the status. */
export const causeOf = (status: number, code: number | undefined): Cause => {
  const digit = String(status).charAt(0);
  return (
    causesByKey.get(keyOf(status, code)) ??
    causesByKey.get(keyOf(status, undefined)) ??
    byClass[isClass(digit) ? digit : "5"]
  );
};
