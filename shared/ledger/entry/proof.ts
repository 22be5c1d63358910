import { toChange, type Change } from "./change.ts";
import type { Entry, Proof, Step } from "./entry.ts";

export type ProofResult = NonNullable<Proof["result"]>;

/** What looking for an applied change has shown. Pure; what is not waited for is not noted. */
export const noteProof = (
  entry: Entry | undefined,
  result: ProofResult,
  why: string,
  at: string,
): { readonly change?: Change } => {
  const request = entry?.request;
  const proof = request?.proof;
  if (entry === undefined || request === undefined || proof === undefined || proof.result !== undefined)
    return {};
  const step: Step = { at, event: "proved", run: request.run, why };
  const parts = { request: { ...request, proof: { ...proof, at, result } } };
  return { change: toChange(entry, at, parts, [step]) };
};
