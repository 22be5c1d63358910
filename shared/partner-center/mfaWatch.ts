import { tokenIdOf } from "../vault/partnerToken.ts";
import type { Send } from "./transport.ts";

/** What Partner Center says of the MFA of tokens, in the header isMfaCompliant (facts, section 6.4). */
export interface MfaWatch {
  readonly send: Send;
  /** False: it said of this token that it is not compliant. Undefined: it did not say. */
  isCompliant(token: string): boolean | undefined;
}

/** Reads along what every answer says; an answer that says nothing changes nothing. */
export const watchMfa = (send: Send): MfaWatch => {
  let last: { readonly tokenId: string; readonly isCompliant: boolean } | undefined;
  return {
    async send(outgoing) {
      const raw = await send(outgoing);
      const said = raw.kind === "response" ? raw.header("ismfacompliant")?.trim().toLowerCase() : undefined;
      const token = outgoing.headers["authorization"]?.replace(/^Bearer /, "");
      if (token !== undefined && (said === "true" || said === "false"))
        last = { tokenId: tokenIdOf({ value: token }), isCompliant: said === "true" };
      return raw;
    },
    isCompliant: (token) => (last?.tokenId === tokenIdOf({ value: token }) ? last.isCompliant : undefined),
  };
};
