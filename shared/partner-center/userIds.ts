import type { Found, PartnerCenterClient, Reader, Subject } from "./client.ts";

/** Object ids of users who are known by their user principal name. */
export interface UserIds {
  /** Looks through the customer's users; undefined when there is nobody of that name. */
  find(subject: Subject, reader: Reader): Promise<Found<string | undefined>>;
  /** What was found before. */
  known(subject: Subject): string | undefined;
}

const KEPT_MAX = 5000;
/** 500 users a page: more than any customer for whom a name would be looked up this way. */
const PAGES_MAX = 200;

const keyOf = ({ customerId, userId }: Subject): string => `${customerId}/${userId.toLowerCase()}`;

/**
 * Names are documented for license updates, not for reads: where a read by name fails, the list of users tells the id.
 * https://learn.microsoft.com/rest/api/partner-center/manage-customer-accounts/license-updates
 */
export const makeUserIds = (partnerCenter: Pick<PartnerCenterClient, "users">): UserIds => {
  const ids = new Map<string, string>();

  const keep = (subject: Subject, id: string): void => {
    ids.set(keyOf(subject), id);
    const [oldest] = ids.keys();
    if (ids.size > KEPT_MAX && oldest !== undefined) ids.delete(oldest);
  };

  return {
    known: (subject) => ids.get(keyOf(subject)),
    async find(subject, reader) {
      const wanted = subject.userId.toLowerCase();
      let after: string | undefined;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const found = await partnerCenter.users(subject.customerId, reader, after);
        if (found.kind === "notFound") return found;
        const user = found.value.users.find(
          ({ userPrincipalName }) => userPrincipalName.toLowerCase() === wanted,
        );
        if (user !== undefined) {
          keep(subject, user.id);
          return { kind: "found", value: user.id };
        }
        after = found.value.next;
        if (after === undefined) break;
      }
      return { kind: "found", value: undefined };
    },
  };
};
