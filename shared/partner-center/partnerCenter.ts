import { randomUUID } from "node:crypto";

import { z } from "zod";

import type { Answer, CallIds } from "../outcome/answer.ts";
import type { HeldLicense, PlanCatalog } from "../outcome/isFulfilled.ts";
import type { LicenseRequest } from "../request/schema.ts";
import { readAnswerBody, readJson, retryAfterMs } from "./readAnswer.ts";
import { correlationIdOf, msRequestIdOf } from "./requestId.ts";
import type { Outgoing, Raw, Send } from "./transport.ts";

/** What a change carries beside the request. */
export interface CallOptions {
  readonly token: string;
  /** Sets a replayed message apart from the first one. */
  readonly messageId?: string;
  /** Answers seen so far in this delivery: a repeat after none carries the same MS-RequestId. */
  readonly answers: number;
}

/** A read: what it found, or why it found nothing. */
export type Found<T> =
  | { readonly kind: "found"; readonly value: T }
  | {
      readonly kind: "notFound";
      readonly status?: number;
      readonly why: string;
      readonly retryAfterMs: number;
    };

export interface PartnerCenter {
  /** POST …/licenseupdates, once. Never throws. */
  updateLicenses(request: LicenseRequest, options: CallOptions): Promise<Answer>;
  /** GET …/licenses of both license groups. Never throws. */
  heldLicenses(request: LicenseRequest, token: string): Promise<Found<readonly HeldLicense[]>>;
  /** GET …/subscribedskus of both license groups: the plans of each SKU. Never throws. */
  planCatalog(request: LicenseRequest, token: string): Promise<Found<PlanCatalog>>;
}

// Without the parameter only the first group comes back (facts, section 2)
const BOTH_GROUPS = "?licenseGroupIds=Group1&licenseGroupIds=Group2";

const pathOf = ({ customerId, userId }: LicenseRequest, resource: "licenseupdates" | "licenses"): string =>
  `/v1/customers/${customerId}/users/${encodeURIComponent(userId)}/${resource}`;

const headersOf = (token: string, { msRequestId, correlationId }: CallIds): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  accept: "application/json",
  "ms-requestid": msRequestId,
  "ms-correlationid": correlationId,
  // Texts are for people who read the log, wherever the partner is
  "x-locale": "en-US",
  "ms-partnercenter-application": "license-relay",
  "user-agent": "license-relay",
});

/** A request → the body of licenseupdates; lists that are not asked for are null, as in Microsoft's samples. */
const toLicenseUpdate = ({ licensesToAssign, licensesToRemove }: LicenseRequest): string =>
  JSON.stringify({
    licensesToAssign:
      licensesToAssign?.map(({ skuId, excludedPlans = null }) => ({ skuId, excludedPlans })) ?? null,
    licensesToRemove: licensesToRemove ?? null,
  });

const toAnswer = (raw: Raw, ids: CallIds, now: number): Answer => {
  if (raw.kind === "failure") return { kind: "noAnswer", sent: raw.sent, why: raw.why, ids };
  const { readable, ...body } = readAnswerBody(raw.body);
  const msCv = raw.header("ms-cv");
  const serverId = raw.header("ms-serverid");
  return {
    kind: "answered",
    status: raw.status,
    ...body,
    readable: readable && raw.whole,
    retryAfterMs: retryAfterMs(raw.header("retry-after"), now),
    ids: { ...ids, ...(msCv === undefined ? {} : { msCv }), ...(serverId === undefined ? {} : { serverId }) },
  };
};

const guid = z.string().toLowerCase();
const Plan = z.object({
  id: guid,
  capabilitystatus: z.string().catch(""),
  targettype: z.string().catch("User"),
});
const collectionOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });
// Keys are in lower case by now: the pages and the samples disagree on them
const Licenses = collectionOf(
  z.object({ productsku: z.object({ id: guid }), serviceplans: z.array(Plan).catch([]) }),
);

const toHeld = ({ items }: z.infer<typeof Licenses>): readonly HeldLicense[] =>
  items.map(({ productsku, serviceplans }) => ({
    skuId: productsku.id,
    plans: serviceplans.map(({ id, capabilitystatus }) => ({ id, capabilityStatus: capabilitystatus })),
  }));

const toCatalog = ({ items }: z.infer<typeof Licenses>): PlanCatalog =>
  new Map(
    items.map(({ productsku, serviceplans }) => [
      productsku.id,
      serviceplans.filter(({ targettype }) => targettype.toLowerCase() === "user").map(({ id }) => id),
    ]),
  );

const toFound = <T>(raw: Raw, now: number, read: (body: z.infer<typeof Licenses>) => T): Found<T> => {
  if (raw.kind === "failure") return { kind: "notFound", why: raw.why, retryAfterMs: 0 };
  const wait = retryAfterMs(raw.header("retry-after"), now);
  if (raw.status !== 200) {
    return { kind: "notFound", status: raw.status, why: `answered ${raw.status}`, retryAfterMs: wait };
  }
  const { success, data } = Licenses.safeParse(raw.whole ? readJson(raw.body) : undefined);
  return success
    ? { kind: "found", value: read(data) }
    : { kind: "notFound", status: 200, why: "answered with a body that cannot be read", retryAfterMs: wait };
};

const readCall = (path: string, { requestId }: LicenseRequest, token: string): Outgoing => ({
  method: "GET",
  path,
  headers: headersOf(token, { msRequestId: randomUUID(), correlationId: correlationIdOf(requestId) }),
});

/** Partner Center's license calls over a transport. Sources: facts, sections 1 to 3. */
export const makePartnerCenter = (send: Send, now: () => number): PartnerCenter => ({
  async updateLicenses(request, { token, messageId, answers }) {
    const { requestId } = request;
    const ids: CallIds = {
      msRequestId: msRequestIdOf(requestId, messageId, answers),
      correlationId: correlationIdOf(requestId),
    };
    const raw = await send({
      method: "POST",
      path: pathOf(request, "licenseupdates"),
      headers: { ...headersOf(token, ids), "content-type": "application/json" },
      body: toLicenseUpdate(request),
    });
    return toAnswer(raw, ids, now());
  },
  async heldLicenses(request, token) {
    const path = `${pathOf(request, "licenses")}${BOTH_GROUPS}`;
    return toFound(await send(readCall(path, request, token)), now(), toHeld);
  },
  async planCatalog(request, token) {
    const path = `/v1/customers/${request.customerId}/subscribedskus${BOTH_GROUPS}`;
    return toFound(await send(readCall(path, request, token)), now(), toCatalog);
  },
});
