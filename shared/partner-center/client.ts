import { randomUUID } from "node:crypto";

import type { z } from "zod";

import type { Answer, CallIds } from "../outcome/answer.ts";
import { isOfSuccess } from "../outcome/isOfSuccess.ts";
import { present } from "../present.ts";
import { readForeign } from "../request/readForeign.ts";
import type { LicenseRequest, RequestId } from "../request/schema.ts";
import type { Catalog } from "../sku/catalog.ts";
import type { HeldLicense } from "../sku/remaining.ts";
import type { Wish } from "../sku/wish.ts";
import { retryAfterMs } from "../wait/retryAfter.ts";
import { excerptOf } from "./excerpt.ts";
import { readAnswerBody, readJson } from "./readAnswer.ts";
import { correlationIdOf, msRequestIdOf } from "./requestId.ts";
import {
  CONTINUATION,
  FirstUsers,
  Licenses,
  SubscribedSkus,
  User,
  Users,
  type CustomerUser,
  type UserPage,
} from "./resources.ts";
import type { Outgoing, Raw, Send } from "./transport.ts";

/** Whom a call is about. The user is an object id, or the user principal name where one is enough. */
export type Subject = Pick<LicenseRequest, "customerId"> & { readonly userId: string };

/** On whose behalf a read is made. */
export interface Reader {
  readonly token: string;
  /** Groups the calls of one request under one MS-CorrelationId. */
  readonly requestId: string;
}

/** What a change carries beside the wish. */
export interface CallOptions {
  readonly token: string;
  readonly requestId: RequestId;
  /** Sets a replayed message apart from the first one. */
  readonly messageId?: string;
  /** Answers seen so far in this delivery: a repeat after none carries the same MS-RequestId. */
  readonly answers: number;
}

/** It found nothing: there was no answer, or one with this status and code. */
export interface NotFound {
  readonly kind: "notFound";
  readonly status?: number;
  readonly code?: number;
  readonly why: string;
  readonly retryAfterMs: number;
}

/** A read: what it found, or why it found nothing. */
export type Found<T> = { readonly kind: "found"; readonly value: T } | NotFound;

/** Partner Center's calls about licenses. None ever throws. */
export interface PartnerCenterClient {
  /** POST …/licenseupdates, once. */
  updateLicenses(subject: Subject, wish: Wish, options: CallOptions): Promise<Answer>;
  /** GET …/licenses of both license groups. */
  heldLicenses(subject: Subject, reader: Reader): Promise<Found<readonly HeldLicense[]>>;
  /** GET …/subscribedskus of both license groups. */
  subscribedSkus(customerId: string, reader: Reader): Promise<Found<Catalog>>;
  /** GET …/users/{user-id}. */
  user(subject: Subject, reader: Reader): Promise<Found<CustomerUser>>;
  /** One page of GET …/users. @param after continuation token of the page before */
  users(customerId: string, reader: Reader, after?: string): Promise<Found<UserPage>>;
  /** PATCH …/users/{user-id}: the usage location, nothing else. */
  setUsageLocation(subject: Subject, usageLocation: string, reader: Reader): Promise<Found<CustomerUser>>;
}

// Without the parameter only the first group comes back:
// https://learn.microsoft.com/partner-center/developer/get-a-list-of-available-licenses-by-license-group
const BOTH_GROUPS = "?licenseGroupIds=Group1&licenseGroupIds=Group2";
const USERS_A_PAGE = 500;

const customerPath = (customerId: string): string => `/v1/customers/${customerId}`;
const userPath = ({ customerId, userId }: Subject): string =>
  `${customerPath(customerId)}/users/${encodeURIComponent(userId)}`;

const headersOf = (token: string, { msRequestId, correlationId }: CallIds): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  accept: "application/json",
  "ms-requestid": msRequestId,
  "ms-correlationid": correlationId,
  // Asks for the header isMfaCompliant:
  // https://www.cloudcockpit.com/blog/mfa-enforcement-partner-center-apis
  validatemfa: "true",
  // Texts are for people who read the log, wherever the partner is
  "x-locale": "en-US",
  "ms-partnercenter-application": "license-relay",
  "user-agent": "license-relay",
});

/** A wish → the body of licenseupdates; lists that are not asked for are null, as in Microsoft's samples. */
const toLicenseUpdate = ({ assign, remove }: Wish): string =>
  JSON.stringify({
    licensesToAssign:
      assign.length === 0
        ? null
        : assign.map(({ skuId, excludedPlans = null }) => ({ skuId, excludedPlans })),
    licensesToRemove: remove.length === 0 ? null : remove,
  });

const toAnswer = (raw: Raw, ids: CallIds, now: number, token: string): Answer => {
  if (raw.kind === "failure") {
    const { sent, why, retryAfterMs: waitMs } = raw;
    return { kind: "noAnswer", sent, why, ids, ...present({ retryAfterMs: waitMs }) };
  }
  const { readable, confirms, ...body } = readAnswerBody(raw.body);
  const isUnclear = isOfSuccess(raw.status) && confirms === undefined;
  const msCv = raw.header("ms-cv");
  const serverId = raw.header("ms-serverid");
  return {
    kind: "answered",
    status: raw.status,
    ...body,
    readable: readable && raw.whole,
    ...present({ confirms, excerpt: isUnclear ? excerptOf(raw.body, token) : undefined }),
    retryAfterMs: retryAfterMs(raw.header("retry-after"), now),
    ids: { ...ids, ...present({ msCv, serverId }) },
  };
};

const toFound = <S extends z.ZodType>(raw: Raw, now: number, schema: S): Found<z.output<S>> => {
  if (raw.kind === "failure") return { kind: "notFound", why: raw.why, retryAfterMs: raw.retryAfterMs ?? 0 };
  const waitMs = retryAfterMs(raw.header("retry-after"), now);
  if (raw.status !== 200) {
    const { code } = readAnswerBody(raw.body);
    return {
      kind: "notFound",
      status: raw.status,
      ...present({ code }),
      why: `answered ${raw.status}${code === undefined ? "" : `/${code}`}`,
      retryAfterMs: waitMs,
    };
  }
  const read = readForeign(schema, raw.whole ? readJson(raw.body) : undefined);
  return read.ok
    ? { kind: "found", value: read.value }
    : {
        kind: "notFound",
        status: 200,
        why: "answered with a body that cannot be read",
        retryAfterMs: waitMs,
      };
};

const readCall = (
  customerId: string,
  path: string,
  { token, requestId }: Reader,
  headers: Readonly<Record<string, string>> = {},
): Outgoing => ({
  method: "GET",
  customerId,
  path,
  headers: {
    ...headersOf(token, { msRequestId: randomUUID(), correlationId: correlationIdOf(requestId) }),
    ...headers,
  },
});

/**
 * Partner Center's license calls over a transport:
 * https://learn.microsoft.com/partner-center/developer/assign-licenses-to-a-user
 * https://learn.microsoft.com/partner-center/developer/check-which-licenses-are-assigned-to-a-user
 * https://learn.microsoft.com/partner-center/developer/get-a-list-of-available-licenses
 * https://learn.microsoft.com/partner-center/developer/get-a-user-account-by-id
 * https://learn.microsoft.com/partner-center/developer/update-user-accounts-for-a-customer
 * https://learn.microsoft.com/partner-center/developer/headers
 */
export const makeClient = (send: Send, now: () => number): PartnerCenterClient => ({
  async updateLicenses(subject, wish, { token, requestId, messageId, answers }) {
    const body = toLicenseUpdate(wish);
    const ids: CallIds = {
      msRequestId: msRequestIdOf({
        requestId,
        answers,
        body,
        ...present({ messageId }),
      }),
      correlationId: correlationIdOf(requestId),
    };
    const raw = await send({
      method: "POST",
      customerId: subject.customerId,
      path: `${userPath(subject)}/licenseupdates`,
      headers: { ...headersOf(token, ids), "content-type": "application/json" },
      body,
    });
    return toAnswer(raw, ids, now(), token);
  },
  async heldLicenses(subject, reader) {
    const path = `${userPath(subject)}/licenses${BOTH_GROUPS}`;
    return toFound(await send(readCall(subject.customerId, path, reader)), now(), Licenses);
  },
  async subscribedSkus(customerId, reader) {
    const path = `${customerPath(customerId)}/subscribedskus${BOTH_GROUPS}`;
    return toFound(await send(readCall(customerId, path, reader)), now(), SubscribedSkus);
  },
  async user(subject, reader) {
    return toFound(await send(readCall(subject.customerId, userPath(subject), reader)), now(), User);
  },
  async users(customerId, reader, after) {
    // The page on users says that a page has a continuation token; the one on devices, how it is sent back:
    // https://learn.microsoft.com/rest/api/partner-center/manage-customer-accounts/get-users-for-a-customer
    // https://learn.microsoft.com/partner-center/developer/get-a-list-of-devices-for-the-specified-batch-and-customer
    const seek = after === undefined ? "" : "&seekOperation=Next";
    const path = `${customerPath(customerId)}/users?size=${USERS_A_PAGE}${seek}`;
    const headers = after === undefined ? {} : { [CONTINUATION]: after };
    const raw = await send(readCall(customerId, path, reader, headers));
    return toFound(raw, now(), after === undefined ? FirstUsers : Users);
  },
  async setUsageLocation(subject, usageLocation, reader) {
    const raw = await send({
      ...readCall(subject.customerId, userPath(subject), reader, { "content-type": "application/json" }),
      method: "PATCH",
      body: JSON.stringify({ usageLocation, attributes: { objectType: "CustomerUser" } }),
    });
    return toFound(raw, now(), User);
  },
});
