import type { HttpResponseInit } from "@azure/functions";

import type { TicketCheck } from "../ticket/in/checkTicket.ts";
import type { Received } from "../ticket/in/receive.ts";
import type { TicketCheckView, TicketTakenView } from "./api/views.ts";
import { linksOf } from "./links.ts";
import { problemResponse } from "./problem.ts";

const taken = (
  status: 200 | 202,
  jsonBody: TicketTakenView,
  headers: Readonly<Record<string, string>> = {},
) => ({
  status,
  headers: { "cache-control": "no-store", ...headers },
  jsonBody,
});

const CORRECT = "Correct the ticket or the mapping as errors says";

/**
 * The answer that suits ticketing systems: what is known already is 202, our own trouble 429. Jira and Autotask say
 * that they try it again; Zendesk and ConnectWise do, not documented in public, and ConnectWise does not repeat a 503.
 * https://developer.atlassian.com/cloud/jira/platform/webhooks/
 * https://ww6.autotask.net/help/DeveloperHelp/Content/APIs/Webhooks/Webhooks_Error_Handling.htm
 */
export const toTicketAnswer = (received: Received, url: string): HttpResponseInit => {
  switch (received.kind) {
    case "accepted": {
      const { requestId } = received.request;
      const statusUrl = linksOf(url).request(requestId);
      return taken(202, { requestId, status: received.status, statusUrl }, { location: statusUrl });
    }
    case "ignored":
      return taken(200, { status: "ignored", why: received.why });
    case "rejected":
      return taken(202, { status: "rejected", errors: [...received.problems] });
    case "unverified":
      return problemResponse(401, "The signature does not match");
    case "unknownSource":
      return problemResponse(404, "There is no source of this name; it would be a file in tickets/");
    case "invalid":
      return problemResponse(400, CORRECT, received.problems);
    case "reused": {
      const { known, given } = received;
      const detail =
        "The requestId belongs to another request of this source; give every change an id of its own";
      return problemResponse(422, detail, [], { digests: { known, given } });
    }
    case "outOfReach":
    case "notNow":
      return problemResponse(429, "It cannot be taken now; send it again in a moment");
    default:
      return received satisfies never;
  }
};

const NO_CLOCK = "the sender signs no time";

const toSignature = ({ signature }: TicketCheck): TicketCheckView["signature"] =>
  signature.kind === "verified" || signature.kind === "untimely"
    ? { ok: true, detail: "it matches" }
    : { ok: false, detail: signature.detail };

const toClock = ({ signature }: TicketCheck): TicketCheckView["clock"] => {
  switch (signature.kind) {
    case "verified":
      return signature.ageMs === undefined
        ? { ok: true, detail: NO_CLOCK }
        : { ok: true, detail: "it is right", ageSeconds: Math.round(signature.ageMs / 1000) };
    case "untimely":
      return { ok: false, detail: signature.detail, ageSeconds: Math.round(signature.ageMs / 1000) };
    case "unverified":
    case "outOfReach":
      return { ok: false, detail: "not known: the signature is not good" };
    default:
      return signature satisfies never;
  }
};

const toMapping = ({ mapping }: TicketCheck): TicketCheckView["mapping"] => {
  switch (mapping.kind) {
    case "request":
      return { ok: true, request: mapping.request };
    case "ignored":
      return { ok: true, ignored: mapping.why };
    case "invalid":
      return { ok: false, errors: [...mapping.problems] };
    default:
      return mapping satisfies never;
  }
};

const wouldAnswer = ({ signature, mapping, rejectOnTicket }: TicketCheck): number => {
  if (signature.kind === "outOfReach") return 429;
  if (signature.kind !== "verified") return 401;
  if (mapping.kind === "ignored") return 200;
  return mapping.kind === "request" || rejectOnTicket ? 202 : 400;
};

export const toTicketCheckView = (check: TicketCheck): TicketCheckView => ({
  source: check.source,
  profile: check.profile,
  wouldAnswer: wouldAnswer(check),
  signature: toSignature(check),
  clock: toClock(check),
  mapping: toMapping(check),
});
