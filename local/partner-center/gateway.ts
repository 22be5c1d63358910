import { gatewayError, type Answer } from "./answer.ts";
import type { IncomingCall } from "./incomingCall.ts";
import type { PendingCall } from "./processCall.ts";
import type { PartnerCenterSettings } from "./settings.ts";

const SECOND_MS = 1000;
const retryAfterHeaders = (
  waitMs: number,
  nowMs: number,
  form: PartnerCenterSettings["retryAfter"],
): Readonly<Record<string, string>> => {
  switch (form) {
    case "seconds":
      return { "retry-after": String(Math.ceil(waitMs / SECOND_MS)) };
    case "date":
      // A date has whole seconds, and must not come too early
      return {
        "retry-after": new Date(Math.ceil((nowMs + waitMs) / SECOND_MS) * SECOND_MS).toUTCString(),
      };
    case "absent":
      return {};
    default:
      return form satisfies never;
  }
};

/** The answer to a call that came too early by `waitMs`. */
export const throttled = (waitMs: number, nowMs: number, form: PartnerCenterSettings["retryAfter"]): Answer =>
  gatewayError(
    429,
    `Rate limit is exceeded. Try again in ${Math.ceil(waitMs / SECOND_MS)} seconds.`,
    retryAfterHeaders(waitMs, nowMs, form),
  );

/** What the gateway makes of a call: the call to process, or why it goes no further. */
export const passGateway = (call: IncomingCall): PendingCall | Answer => {
  const { route, body, method } = call;
  if (route.kind === "none") return gatewayError(404, "Resource not found");
  if (route.kind === "wrongMethod")
    return gatewayError(405, `The requested resource does not support http method '${method}'.`, {
      allow: route.allow,
    });
  if (body === "tooLarge") return gatewayError(413, "Request body too large.");
  if (method !== "GET" && !/json/i.test(call.header("content-type") ?? ""))
    return gatewayError(415, "The request's media type is not supported.");
  return { ...call, route, body, continuation: call.header("ms-continuationtoken") };
};
