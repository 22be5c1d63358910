import type { Send } from "../partner-center/transport.ts";
import { tokenIdOf } from "./partnerToken.ts";

/**
 * A transport that reads along what Partner Center says of the MFA of tokens, in the header isMfaCompliant. Which
 * answers have it is not documented; one without it says nothing.
 * https://www.cloudcockpit.com/blog/mfa-enforcement-partner-center-apis
 * @param onNotCompliant told once for each token of which it says so
 */
export const watchMfa = (send: Send, onNotCompliant: (tokenId: string) => void): Send => {
  let told: string | undefined;
  return async (outgoing) => {
    const raw = await send(outgoing);
    const said = raw.kind === "response" ? raw.header("ismfacompliant")?.trim().toLowerCase() : undefined;
    const token = outgoing.headers["authorization"]?.replace(/^Bearer /, "");
    if (said === "false" && token !== undefined) {
      const tokenId = tokenIdOf({ value: token });
      if (tokenId !== told) onNotCompliant(tokenId);
      told = tokenId;
    }
    return raw;
  };
};
