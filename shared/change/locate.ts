import { isOfSuccess } from "../outcome/isOfSuccess.ts";
import type { PartnerCenterClient, Reader, Subject } from "../partner-center/client.ts";
import { toUnprepared, type Prepared } from "./prepare.ts";

/** Where the user stands with the usage location that the request has. */
export type Located =
  /** It was set before, or is now and is seen. */
  | { readonly kind: "located" }
  /** It was set a moment ago and is not seen yet. */
  | { readonly kind: "notYet" }
  | Exclude<Prepared, { kind: "ready" | "fulfilled" }>;

export interface Locate {
  /** True once this delivery has set the location: what is refused right after it may be late news. */
  readonly hasChanged: boolean;
  /** Sets the location when the user has none; reads only, after that. */
  next(reader: Reader): Promise<Located>;
}

/** So often it is looked for; then the call itself is to tell. */
const LOOKS_MAX = 5;

/**
 * Sets a usage location where there is none, and never changes one. A user needs one to get a license:
 * https://learn.microsoft.com/graph/api/resources/user#properties
 */
export const startLocate = (
  partnerCenter: Pick<PartnerCenterClient, "user" | "setUsageLocation">,
  subject: Subject,
  usageLocation: string,
): Locate => {
  let hasChanged = false;
  let isLocated = false;
  let looks = 0;

  const look = async (reader: Reader): Promise<Located> => {
    const found = await partnerCenter.user(subject, reader);
    if (found.kind === "notFound") return toUnprepared(found, "the user");
    if (found.value.usageLocation !== undefined) return { kind: "located" };
    if (hasChanged) {
      looks += 1;
      return { kind: looks < LOOKS_MAX ? "notYet" : "located" };
    }
    const set = await partnerCenter.setUsageLocation(subject, usageLocation, reader);
    // Whether a success that says nothing has set it, the next look tells
    if (set.kind === "notFound" && !isOfSuccess(set.status))
      return toUnprepared(set, "the answer to the new usage location");
    hasChanged = true;
    return { kind: "notYet" };
  };

  return {
    get hasChanged() {
      return hasChanged;
    },
    async next(reader) {
      if (isLocated) return { kind: "located" };
      const located = await look(reader);
      isLocated = located.kind === "located";
      return located;
    },
  };
};
