import type { Found, NotFound, PartnerCenterClient, Reader, Subject } from "../partner-center/client.ts";
import type { UserIds } from "../partner-center/userIds.ts";
import type { HeldLicense } from "../sku/remaining.ts";

/** What a user holds, and the user as Partner Center takes it in reads. */
export interface ReadHeld {
  (
    subject: Subject,
    reader: Reader,
  ): Promise<{
    readonly userId: string;
    readonly held: Found<readonly HeldLicense[]>;
  }>;
}

const noSuchUser: NotFound = {
  kind: "notFound",
  status: 404,
  code: 60_002,
  why: "has no user of this name",
  retryAfterMs: 0,
};

/**
 * A read by name that was refused may only mean that reads take ids alone: that they take names is not documented.
 * https://learn.microsoft.com/partner-center/developer/check-which-licenses-are-assigned-to-a-user
 */
export const isUnreadableName = <T>(found: Found<T>, userId: string): boolean =>
  found.kind === "notFound" && (found.status === 400 || found.status === 404) && userId.includes("@");

/** Reads what a user holds; where a user principal name is not taken, by the id that the list of users has for it. */
export const makeReadHeld =
  (partnerCenter: Pick<PartnerCenterClient, "heldLicenses">, userIds: UserIds): ReadHeld =>
  async (subject, reader) => {
    const { customerId } = subject;
    const userId = userIds.known(subject) ?? subject.userId;
    const held = await partnerCenter.heldLicenses({ customerId, userId }, reader);
    if (!isUnreadableName(held, userId)) return { userId, held };
    const found = await userIds.find(subject, reader);
    if (found.kind === "notFound") return { userId, held: found };
    if (found.value === undefined) return { userId, held: noSuchUser };
    return {
      userId: found.value,
      held: await partnerCenter.heldLicenses({ customerId, userId: found.value }, reader),
    };
  };
