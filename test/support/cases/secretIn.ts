/** Keys whose values are kept from others. A header with a signature is no such key: it is of one delivery. */
const KEY = [
  "secret",
  "password",
  "passwd",
  "pwd",
  "(?:access|refresh|id)[_-]?token",
  "api[_-]?key",
  "(?:account|shared[_-]?access|private)[_-]?key",
  "(?<!-)signature",
].join("|");

/** The end of a key, in JSON, in JSON inside of a text, or in a form, and the first letters of a value. */
const OF_KEY = String.raw`(?:${KEY})["'\\]*\s*[:=]\s*["'\\]*(?!redacted|null\b|true\b|false\b)[^\s"'\\,;&{}[\]<*]`;

const LOOKS: readonly (readonly [what: string, pattern: RegExp])[] = [
  // Three parts with dots between, the first and the second of them JSON: it may still be good
  ["a token", /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a bearer token", /\bbearer\s+(?!\w+=\\?")[\w.~+/-]{16,}/i],
  // With a scheme alone there is nothing in it
  [
    "an Authorization header",
    /authorization["'\\]*\s*[:=]\s*["'\\]*(?!(?:\w+\s+)?(?:redacted|["'\\]))[^\s"'\\,;&{}[\]<*]/i,
  ],
  ["a shared access signature", /\bsig=(?!redacted)[\w%+/=-]{8,}/i],
  ["the value of a secret, password, key or signature", new RegExp(OF_KEY, "i")],
];

/** A shorter one may be a part of anything. */
const MADE_UP_MIN = 4;

/** What in a text looks as if it were secret, in words; the values in `madeUp` are none. */
export const secretIn = (text: string, madeUp: readonly string[]): string | undefined => {
  // As they are in JSON too
  const known = madeUp.flatMap((value) => [JSON.stringify(value).slice(1, -1), value]);
  const rest = known
    .filter(({ length }) => length >= MADE_UP_MIN)
    .reduce((left, value) => left.replaceAll(value, "redacted"), text);
  return LOOKS.find(([, pattern]) => pattern.test(rest))?.[0];
};
