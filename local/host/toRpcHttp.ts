import type { IncomingHttpHeaders } from "node:http";

import type { RpcNullable, RpcTypedData } from "./rpcData.ts";

export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

type NullableMap = Record<string, RpcNullable<string>>;

const toNullableMap = (entries: Iterable<readonly [string, string]>): NullableMap => {
  const map: NullableMap = {};
  for (const [name, value] of entries) map[name] = { value };
  return map;
};

const toHeaderEntries = (headers: IncomingHttpHeaders): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : value]],
  );

// The same name again: ASP.NET joins the values
const toQueryEntries = (query: URLSearchParams): [string, string][] =>
  [...new Set(query.keys())].map((name) => [name, query.getAll(name).join(",")]);

/** An HTTP call as the worker gets it. */
export const toRpcHttp = ({ method, url, headers, parameters, body }: HttpCall): RpcTypedData => ({
  http: {
    method,
    url: url.href,
    nullableHeaders: toNullableMap(toHeaderEntries(headers)),
    nullableParams: toNullableMap(Object.entries(parameters)),
    nullableQuery: toNullableMap(toQueryEntries(url.searchParams)),
    ...(body.length === 0 ? {} : { body: { bytes: body } }),
  },
});
