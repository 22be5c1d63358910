import type { Entry, PoisonPart, Step } from "../ledger/entry/entry.ts";
import { brokerCauses } from "../outcome/brokerCauses.ts";
import { callbackCauses } from "../outcome/callbackCauses.ts";
import { causeOf } from "../outcome/causes.ts";
import { requestCauses } from "../outcome/requestCauses.ts";
import type { PoisonRow } from "../poison/store/poisonIndex.ts";
import { present } from "../present.ts";
import type { PoisonGroup, PoisonGroupsView, PoisonItem, PoisonListView, PoisonView } from "./api/views.ts";
import type { Links } from "./links.ts";
import type { NotedGroup } from "./view.ts";

interface Seen {
  readonly category: string;
  readonly status?: number;
  readonly code?: number;
}

const ownCauses = [...brokerCauses, ...Object.values(callbackCauses), ...Object.values(requestCauses)];

/** Whose it is and what to do, as the table of causes says today. */
const adviceOf = ({ category, status, code }: Seen) => {
  const { owner, meaning, remedy } =
    ownCauses.find((cause) => cause.category === category) ?? causeOf(status ?? 500, code);
  return { owner, meaning, remedy };
};

const toPoisonGroup = (
  { group: { status, ...group }, note }: NotedGroup,
  state: string,
  links: Links,
): PoisonGroup => {
  const { category, code, customerId } = group;
  const advice = adviceOf(present({ category, status, code }));
  return {
    ...group,
    ...advice,
    ...present({ note }),
    links: {
      messages: links.poisonList({
        category,
        errorCode: code,
        customerId,
        state: state === "open" ? undefined : state,
      }),
    },
  };
};

/** The groups, the largest first. */
export const toPoisonGroupsView = (
  groups: readonly NotedGroup[],
  state: string,
  links: Links,
): PoisonGroupsView => ({
  groups: groups.map((group) => toPoisonGroup(group, state, links)),
  total: groups.reduce((sum, { group }) => sum + group.count, 0),
});

const isRequestId = (id: string): boolean => !id.startsWith("~");

const linksFor = (id: string, links: Links) => ({
  self: links.poison(id),
  ...(isRequestId(id) ? { request: links.request(id) } : {}),
});

const toItem = ({ rowKey: _place, acceptedAt: _order, ...row }: PoisonRow, links: Links): PoisonItem => {
  const { owner, remedy } = adviceOf(row);
  return { ...row, owner, remedy, links: linksFor(row.id, links) };
};

/** A page of the index → a page of the list. */
export const toPoisonListView = (
  { items, next }: { readonly items: readonly PoisonRow[]; readonly next?: string },
  links: Links,
): PoisonListView => ({
  items: items.map((row) => toItem(row, links)),
  ...(next === undefined ? {} : { next: links.next(next) }),
});

const decoder = new TextDecoder("utf-8", { fatal: true });

const toText = (body: Uint8Array): Pick<PoisonView, "body" | "bodyEncoding"> => {
  try {
    return { body: decoder.decode(body), bodyEncoding: "text" };
  } catch {
    return { body: Buffer.from(body).toString("base64"), bodyEncoding: "base64" };
  }
};

/** A poison message in full. */
export const toPoisonView = (
  entry: Entry,
  { kind, state, first, latest, failures, skipped, original }: PoisonPart,
  body: Uint8Array,
  history: readonly Step[],
  links: Links,
): PoisonView => {
  const { category, code, status, description, owner, remedy } = latest;
  const request = entry.request?.body;
  return {
    id: entry.id,
    kind,
    state,
    capturedAt: first.at,
    failedAt: latest.at,
    failures,
    category,
    ...present({ code, status, description }),
    owner,
    remedy,
    ...present({
      customerId: request?.customerId,
      userId: request?.userId,
      newerRequestId: skipped?.newerRequestId,
    }),
    first,
    latest,
    original,
    ...toText(body),
    history: [...history],
    links: linksFor(entry.id, links),
  };
};
