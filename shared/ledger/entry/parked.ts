import type { Parked as ParkedOutcome } from "../../outcome/outcome.ts";
import { present } from "../../present.ts";
import { toChange, type Change } from "./change.ts";
import { hasEnded } from "./end.ts";
import type { Entry, Parked, Step } from "./entry.ts";

type Decision = { readonly change?: Change };

const NONE: Decision = {};

/**
 * There is no seat: the request leaves its lane and waits. Pure.
 * @param body the message as it came, for the case that it becomes a poison message later
 * @param earlier steps that could not be written before
 */
export const parkRequest = (
  entry: Entry | undefined,
  { skuIds, until, status, code, attempts, ids }: ParkedOutcome,
  body: Uint8Array,
  at: string,
  earlier: readonly Step[],
): Decision => {
  const before = entry?.request;
  if (entry === undefined || before === undefined || hasEnded(before)) return NONE;
  const { waiting: _over, parked: known, ...request } = before;
  const parked: Parked = { since: known?.since ?? at, until, skuIds, times: (known?.times ?? 0) + 1 };
  const step: Step = {
    at,
    event: "parked",
    run: request.run,
    attempts,
    until,
    why: "no seat is free",
    ...present({ status, code, partnerCenter: ids }),
  };
  const parts = { request: { ...request, status: "parked" as const, parked } };
  return { change: { ...toChange(entry, at, parts, [...earlier, step]), body } };
};

export type ResumeDecision =
  { readonly kind: "send"; readonly number: number; readonly change?: Change } | { readonly kind: "not" };

/** There may be seats: the word that the request may go on, noted before it is sent. Pure. */
export const intendResume = (entry: Entry | undefined, at: string): ResumeDecision => {
  const request = entry?.request;
  const parked = request?.parked;
  if (entry === undefined || request?.status !== "parked" || parked === undefined) return { kind: "not" };
  // Noted before a crash, perhaps sent: under the same number the broker takes it once
  if (parked.resume !== undefined) return { kind: "send", number: parked.times };
  const step: Step = { at, event: "resumed", run: request.run, why: "seats are free" };
  const parts = { request: { ...request, parked: { ...parked, resume: { at } } } };
  return { kind: "send", number: parked.times, change: toChange(entry, at, parts, [step]) };
};

/** The broker has taken it. Pure. */
export const markResumed = (entry: Entry | undefined, at: string): Decision => {
  const request = entry?.request;
  const resume = request?.parked?.resume;
  if (entry === undefined || request?.parked === undefined || resume === undefined) return NONE;
  const parked = { ...request.parked, resume: { ...resume, sentAt: at } };
  return { change: toChange(entry, at, { request: { ...request, parked } }, []) };
};

/** A newer request for the same user and SKU makes a parked one pointless. Pure. */
export const supersedeParked = (
  entry: Entry | undefined,
  newerRequestId: string,
  at: string,
  earlier: readonly Step[] = [],
): Decision => {
  const before = entry?.request;
  if (entry === undefined || before?.parked === undefined || hasEnded(before)) return NONE;
  const { waiting: _over, parked: _seats, ...request } = before;
  const why = `request "${newerRequestId}" for the same user and license is newer`;
  const by = "license-relay";
  const step: Step = { at, event: "discarded", run: request.run, by, why };
  const parts = {
    request: {
      ...request,
      status: "discarded" as const,
      end: { outcome: "discarded" as const, at, by, why },
      ends: request.ends + 1,
    },
  };
  return { change: toChange(entry, at, parts, [...earlier, step]) };
};
