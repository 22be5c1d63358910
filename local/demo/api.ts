import { request as httpRequest } from "undici";
import type { z } from "zod";

import {
  OperationStartedView,
  OperationView,
  PoisonGroupsView,
  PoisonListView,
  PoisonView,
  PreviewView,
  SeatsView,
  StatusListView,
  StatusView,
} from "../../shared/http/api/views.ts";

/** How to reach the HTTP API. */
export interface ApiOptions {
  readonly url: string;
  readonly functionKey: string;
  readonly operatorKey: string;
}

/** The HTTP API, as callers and operators use it. Each rejects for an answer that is not what it asks for. */
export interface Api {
  /** The status of the answer to a request. */
  submit(body: object): Promise<number>;
  status(requestId: string): Promise<StatusView | undefined>;
  preview(body: object): Promise<PreviewView>;
  seats(customerId: string): Promise<SeatsView>;
  /** Has a timer function run now. */
  runNow(functionName: string): Promise<void>;
  list(query: Readonly<Record<string, string>>): Promise<StatusListView>;
  groups(): Promise<PoisonGroupsView>;
  poisonList(query: Readonly<Record<string, string>>): Promise<PoisonListView>;
  poison(id: string): Promise<PoisonView | undefined>;
  /** Starts an operation; its id. */
  start(kind: "replay" | "discard" | "restore", input: object): Promise<string>;
  operation(id: string): Promise<OperationView>;
  cancel(id: string): Promise<OperationView>;
}

const BY = "demo";

const need = async <T>(what: Promise<T | undefined>): Promise<T> => {
  const found = await what;
  if (found === undefined) throw new Error("There is no such resource");
  return found;
};

const queryOf = (query: Readonly<Record<string, string>>): string => new URLSearchParams(query).toString();

export const makeApi = ({ url, functionKey, operatorKey }: ApiOptions): Api => {
  const call = async (method: "GET" | "POST", path: string, key: string, body?: object) => {
    const { statusCode, body: answer } = await httpRequest(`${url}/api/${path}`, {
      method,
      headers: { "x-functions-key": key, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { statusCode, text };
  };

  const ask = async <S extends z.ZodType>(
    schema: S,
    path: string,
    key: string,
    body?: object,
  ): Promise<z.output<S> | undefined> => {
    const { statusCode, text } = await call(body === undefined ? "GET" : "POST", path, key, body);
    if (statusCode === 404) return undefined;
    if (statusCode >= 300) throw new Error(`/api/${path} answered ${statusCode}: ${text}`);
    return schema.parse(JSON.parse(text));
  };

  return {
    preview: (body) => need(ask(PreviewView, "license-updates/preview", functionKey, body)),
    seats: (customerId) => need(ask(SeatsView, `seats?${queryOf({ customerId })}`, functionKey)),
    runNow: async (functionName) => {
      const { statusCode } = await httpRequest(`${url}/admin/functions/${functionName}`, {
        method: "POST",
        headers: { "x-functions-key": operatorKey, "content-type": "application/json" },
        body: "{}",
      });
      if (statusCode !== 202) throw new Error(`${functionName} answered ${statusCode}`);
    },
    submit: async (body) => (await call("POST", "license-updates", functionKey, body)).statusCode,
    status: (id) => ask(StatusView, `license-updates/${id}`, functionKey),
    list: (query) => need(ask(StatusListView, `license-updates?${queryOf(query)}`, functionKey)),
    groups: () => need(ask(PoisonGroupsView, "poison", operatorKey)),
    poisonList: (query) => need(ask(PoisonListView, `poison?${queryOf(query)}`, operatorKey)),
    poison: (id) => ask(PoisonView, `poison/${id}`, operatorKey),
    start: async (kind, input) => {
      const body = { by: BY, ...input };
      const started = await need(ask(OperationStartedView, `poison/${kind}`, operatorKey, body));
      return started.operationId;
    },
    operation: (id) => need(ask(OperationView, `operations/${id}`, operatorKey)),
    cancel: (id) => need(ask(OperationView, `operations/${id}/cancel`, operatorKey, { by: BY })),
  };
};
