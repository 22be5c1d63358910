import type { HttpResponseInit } from "@azure/functions";

import type { Item, Operation } from "../poison/operation.ts";
import { present } from "../present.ts";
import type { OperationListView, OperationStartedView, OperationView } from "./api/views.ts";
import { linksOf, type Links } from "./links.ts";

const toFields = ({ version: _schema, ticks: _messages, ...operation }: Operation, links: Links) => {
  const { id } = operation;
  return {
    ...operation,
    links: { self: links.operation(id), ...("endedAt" in operation ? {} : { cancel: links.cancel(id) }) },
  };
};

export const toOperationView = (
  operation: Operation,
  unfinished: readonly Item[],
  links: Links,
): OperationView => ({
  ...toFields(operation, links),
  unfinished: unfinished.map(({ poisonId, state, why }) => ({
    id: poisonId,
    state,
    ...present({ why }),
  })),
});

export const toOperationListView = (
  { items, next }: { readonly items: readonly Operation[]; readonly next?: string },
  links: Links,
): OperationListView => ({
  items: items.map((operation) => toFields(operation, links)),
  ...(next === undefined ? {} : { next: links.next(next) }),
});

/** 202 for an operation that has been started. */
export const operationStarted = ({ id, state }: Operation, url: string): HttpResponseInit => {
  const statusUrl = linksOf(url).operation(id);
  const jsonBody: OperationStartedView = { operationId: id, state, statusUrl };
  return { status: 202, headers: { location: statusUrl, "cache-control": "no-store" }, jsonBody };
};
