import type { Answer } from "./answer.ts";
import { checkToken } from "./checkToken.ts";
import { refuse } from "./documentedErrors.ts";
import type { FaultAction, FaultTarget } from "./faults.ts";
import { passGateway, throttled } from "./gateway.ts";
import type { IncomingCall } from "./incomingCall.ts";
import { processCall } from "./processCall.ts";
import { readLicenseUpdate } from "./readLicenseUpdate.ts";
import type { State } from "./state.ts";
import { hasMfa, type Claims } from "./token.ts";

/** A way to send a body other than at once. */
export type BodyFault = Extract<FaultAction, { kind: "truncate" | "slowBody" | "hugeBody" }>;

/** What the client is to see. */
export type Reply =
  | { readonly kind: "answer"; readonly answer: Answer; readonly manner?: BodyFault }
  | { readonly kind: "reset" }
  | { readonly kind: "silence" };

const toFaultAnswer = (fault: Extract<FaultAction, { kind: "answer" | "applyThenAnswer" }>): Answer => ({
  ...(fault.code === undefined ? {} : refuse(fault.status, fault.code)),
  ...fault,
});

const targetOf = ({ method, route, body }: IncomingCall): FaultTarget => {
  if (route.kind !== "found") return { method, skuIds: [] };
  const { name, customerId, userId } = route;
  const update = name === "licenseupdates" && body !== "tooLarge" ? readLicenseUpdate(body) : undefined;
  const skuIds =
    update?.kind === "good"
      ? [...update.value.assigned.map(({ skuId }) => skuId), ...update.value.removed]
      : [];
  return { method, path: name, customerId, userId, skuIds };
};

const mfaHeaders = (call: IncomingCall, claims: Claims | undefined): Readonly<Record<string, string>> =>
  claims !== undefined && call.header("validatemfa")?.toLowerCase() === "true"
    ? { ismfacompliant: String(hasMfa(claims)) }
    : {};

const serve = async (
  call: IncomingCall,
  state: State,
  delayMs: number,
  signal: AbortSignal,
): Promise<Answer> => {
  const passed = passGateway(call);
  if ("status" in passed) return passed;
  const { claims, answer: refusal } = checkToken({
    authorization: call.header("authorization"),
    route: passed.route.name,
    nowMs: Date.now(),
    revokedBeforeMs: state.revokedBeforeMs,
    withoutMfa: state.settings.withoutMfa,
  });
  const answer = refusal ?? (await processCall(passed, state, state.settings.latencyMs + delayMs, signal));
  return { ...answer, headers: { ...answer.headers, ...mfaHeaders(call, claims) } };
};

/**
 * One call, as Partner Center would answer it, with the trouble that was asked for.
 * Rejects when `signal` says that the server stops.
 */
export const answerCall = async (call: IncomingCall, state: State, signal: AbortSignal): Promise<Reply> => {
  const nowMs = Date.now();
  const customerId = call.route.kind === "found" ? call.route.customerId : undefined;
  const waitMs = state.throttle.count(customerId, nowMs);
  if (waitMs > 0) return { kind: "answer", answer: throttled(waitMs, nowMs, state.settings.retryAfter) };
  const fault = state.faults.take(targetOf(call));
  switch (fault?.kind) {
    case "answer":
      return { kind: "answer", answer: toFaultAnswer(fault) };
    case "applyThenAnswer":
      await serve(call, state, 0, signal);
      return { kind: "answer", answer: toFaultAnswer(fault) };
    case "reset":
      return { kind: "reset" };
    case "hang":
      return { kind: "silence" };
    case "applyThenReset":
      await serve(call, state, 0, signal);
      return { kind: "reset" };
    case "applyThenHang":
      await serve(call, state, 0, signal);
      return { kind: "silence" };
    case "truncate":
    case "slowBody":
    case "hugeBody":
      return { kind: "answer", answer: await serve(call, state, 0, signal), manner: fault };
    case "delay":
      return { kind: "answer", answer: await serve(call, state, fault.ms, signal) };
    case undefined:
      return { kind: "answer", answer: await serve(call, state, 0, signal) };
    default:
      return fault satisfies never;
  }
};
