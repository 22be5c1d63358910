import type { RpcCookie, RpcTypedData } from "./rpcData.ts";

/** What goes back to the caller. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array;
}

const NO_BODY = new Uint8Array();
/** The connection is the host's own affair. */
const hostHeaders = new Set(["connection", "content-length", "keep-alive", "transfer-encoding"]);

const sameSiteWords = { none: undefined, lax: "Lax", strict: "Strict", explicitNone: "None" } as const;

const toCookieHeader = ({ name, value, ...cookie }: RpcCookie): string => {
  const seconds = cookie.expires?.value?.seconds;
  const sameSite = sameSiteWords[cookie.sameSite ?? "none"];
  const parts: (string | undefined)[] = [
    `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
    seconds === undefined ? undefined : `expires=${new Date(seconds * 1000).toUTCString()}`,
    cookie.maxAge?.value === undefined ? undefined : `max-age=${cookie.maxAge.value}`,
    cookie.domain?.value === undefined ? undefined : `domain=${cookie.domain.value}`,
    cookie.path?.value === undefined ? undefined : `path=${cookie.path.value}`,
    cookie.secure?.value === true ? "secure" : undefined,
    cookie.httpOnly?.value === true ? "httponly" : undefined,
    sameSite === undefined ? undefined : `samesite=${sameSite}`,
  ];
  return parts.filter((part) => part !== undefined).join("; ");
};

const toBytes = (data: RpcTypedData | null | undefined): Uint8Array =>
  data?.bytes ?? (data?.string === undefined ? NO_BODY : Buffer.from(data.string));

export const emptyAnswer = (status: number): HttpAnswer => ({ status, headers: {}, body: NO_BODY });

/** A function's result as an HTTP answer; no result is 204. */
export const fromRpcHttp = (result: RpcTypedData | null | undefined): HttpAnswer => {
  if (result?.http === undefined) return emptyAnswer(204);
  const { statusCode = "200", headers = {}, cookies = [], body } = result.http;
  const kept = Object.entries(headers).filter(([name]) => !hostHeaders.has(name.toLowerCase()));
  return {
    status: Number(statusCode),
    headers: {
      ...Object.fromEntries(kept),
      ...(cookies.length === 0 ? {} : { "set-cookie": cookies.map(toCookieHeader) }),
    },
    body: toBytes(body),
  };
};
