import type { HttpCase, SocketCase } from "./fuzzCase.ts";
import type { Random } from "./random.ts";

const CRLF = "\r\n";

interface Parts {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly isWhole: boolean;
}

type Breakage = (parts: Parts, random: Random) => Parts;

const withHeader = (parts: Parts, ...headers: readonly string[]): Parts => ({
  ...parts,
  headers: [...parts.headers, ...headers],
});

const isLength = (header: string): boolean => /^content-length:/i.test(header);

/** What no client of good faith sends. Undefined lengths and bodies that do not come owe nobody an answer. */
const breakages: readonly Breakage[] = [
  (parts) => parts,
  (parts) => parts,
  (parts, random) => ({
    ...parts,
    body: parts.body.subarray(0, random.below(parts.body.length + 1)),
    isWhole: false,
  }),
  (parts) => withHeader(parts, "Content-Length: 3"),
  (parts) => ({ ...withHeader(parts, "Content-Length: 99999999999"), isWhole: false }),
  (parts) => ({
    ...parts,
    headers: parts.headers.map((header) => (isLength(header) ? "Content-Length: 104857601" : header)),
    isWhole: false,
  }),
  (parts) => ({
    ...parts,
    headers: parts.headers.map((header) => (isLength(header) ? "Transfer-Encoding: chunked" : header)),
    body: Buffer.concat([
      Buffer.from(`${parts.body.length.toString(16)}${CRLF}`),
      parts.body,
      Buffer.from(`${CRLF}0${CRLF}${CRLF}`),
    ]),
    // A chunk without bytes ends the body: what follows is no call any more
    isWhole: parts.body.length > 0,
  }),
  (parts) => ({
    ...parts,
    headers: parts.headers.map((header) => (isLength(header) ? "Transfer-Encoding: chunked" : header)),
    body: Buffer.from(`zz${CRLF}`),
  }),
  (parts) => withHeader(parts, "Transfer-Encoding: identity"),
  (parts) => withHeader(parts, "X-Functions-Key: a", "X-Functions-Key: b"),
  (parts) => withHeader(parts, "Content-Type: text/plain", "Content-Type: application/json"),
  (parts) => withHeader(parts, "no colon here"),
  (parts) => withHeader(parts, " folded: x"),
  (parts) => withHeader(parts, `X-Long: ${"x".repeat(20_000)}`),
  (parts) => withHeader(parts, ...Array.from({ length: 300 }, (_, at) => `X-${at}: 1`)),
  (parts) => withHeader(parts, "X-Nul: a\u0000b"),
  (parts) => withHeader(parts, "X-Bytes: \u0080\u00ff"),
  (parts) => withHeader(parts, "Expect: 100-continue"),
  (parts) => withHeader(parts, "Expect: something"),
  (parts) => withHeader(parts, "Connection: x-functions-key"),
  (parts) => ({ ...parts, headers: parts.headers.filter((header) => !/^host:/i.test(header)) }),
  (parts) => withHeader(parts, "Host: [::1", "Host: b"),
  (parts) => ({ ...parts, line: parts.line.replace(" /", " http://user@other.example/") }),
  (parts) => ({ ...parts, line: parts.line.replace(" /", " ") }),
  (parts) => ({ ...parts, line: parts.line.replace(" HTTP", "\u0000 HTTP") }),
  (parts) => ({ ...parts, line: parts.line.replace(" HTTP", "\u00ff\u00fe HTTP") }),
  (parts) => ({ ...parts, line: parts.line.replace(" HTTP", " x HTTP") }),
  (parts) => ({ ...parts, line: parts.line.replace(" HTTP", `/${"a".repeat(20_000)} HTTP`) }),
  (parts) => ({ ...parts, line: parts.line.replace("HTTP/1.1", "HTTP/9.9") }),
  (parts) => ({ ...parts, line: parts.line.replace("HTTP/1.1", "HTTP/1.0") }),
  (parts) => ({ ...parts, line: parts.line.replace(/^\w+/, "BREW") }),
  (parts) => ({ ...parts, line: "" }),
];

/** A call as bytes, most of the time broken in a way that only a connection can have. */
export const makeSocketCase = (
  { name, method, target, headers, body }: HttpCase,
  random: Random,
): SocketCase => {
  const whole: Parts = {
    line: `${method} ${target} HTTP/1.1`,
    headers: [
      ...headers.map(([header, value]) => `${header}: ${value}`),
      "Connection: close",
      `Content-Length: ${body.length}`,
    ],
    body,
    isWhole: true,
  };
  const { line, headers: lines, body: sent, isWhole } = random.pick(breakages)(whole, random);
  const head = Buffer.from(`${[line, ...lines].join(CRLF)}${CRLF}${CRLF}`, "latin1");
  return { kind: "socket", name, bytes: Buffer.concat([head, sent]), isWhole };
};
