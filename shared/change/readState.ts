import type { Log } from "../log.ts";
import type { NotFound, Subject } from "../partner-center/client.ts";
import type { SkuCatalogs } from "../partner-center/skuCatalogs.ts";
import type { Catalog } from "../sku/catalog.ts";
import type { HeldLicense } from "../sku/remaining.ts";
import { toUnprepared } from "./prepare.ts";
import { CannotRead, type GetReader } from "./reader.ts";
import type { ReadHeld } from "./readHeld.ts";

/** What is, as far as Partner Center tells. */
export type UserState =
  | { readonly kind: "read"; readonly held: readonly HeldLicense[]; readonly catalog: Catalog }
  /** Partner Center refuses to tell. */
  | { readonly kind: "unreadable"; readonly why: string };

/** What a user holds, and what the customer has subscribed to. @throws {CannotRead} for what passes */
export type ReadState = (subject: Subject, log: Log) => Promise<UserState>;

export interface ReadStateDeps {
  readonly readHeld: ReadHeld;
  readonly catalogs: SkuCatalogs;
  readonly getReader: GetReader;
}

const unreadable = (found: NotFound, what: string): UserState => {
  const unprepared = toUnprepared(found, what);
  switch (unprepared.kind) {
    case "notNow":
      throw new CannotRead(unprepared.why, unprepared.retryAfterMs);
    case "badToken":
      throw new CannotRead(unprepared.unfit.description);
    case "refused":
      return { kind: "unreadable", why: unprepared.description };
    default:
      return unprepared satisfies never;
  }
};

export const makeReadState =
  ({ readHeld, catalogs, getReader }: ReadStateDeps): ReadState =>
  async (subject, log) => {
    const reader = await getReader(log);
    const catalog = await catalogs.of(subject.customerId, reader);
    if (catalog.kind === "notFound") return unreadable(catalog, "the customer's SKUs");
    const { held } = await readHeld(subject, reader);
    if (held.kind === "notFound") return unreadable(held, "the user's licenses");
    return { kind: "read", held: held.value, catalog: catalog.value };
  };
