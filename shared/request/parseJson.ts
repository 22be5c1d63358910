export type Json =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

/**
 * No vendor's payload goes as deep. JSON.parse() itself has no bound, but whoever walks through the value or writes it
 * again does: JSON.stringify() gives up with a RangeError somewhere below 5,000 levels.
 */
const DEPTH_MAX = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isOpening = (sign: number): boolean => sign === 0x5b || sign === 0x7b;
const isClosing = (sign: number): boolean => sign === 0x5d || sign === 0x7d;

/** Whether JSON has lists and objects inside one another beyond the bound. */
export const isTooDeep = (json: string): boolean => {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json.charCodeAt(at);
    if (sign === QUOTE) isText = !isText;
    else if (isText && sign === BACKSLASH) at += 1;
    else if (!isText && isOpening(sign)) depth += 1;
    else if (!isText && isClosing(sign)) depth -= 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
};

const decoder = new TextDecoder("utf-8", { fatal: true });

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
};

/** JSON as bytes (UTF-8, an optional byte-order mark is skipped) or as text → value. Never throws. */
export const parseJson = (json: Uint8Array | string): Json => {
  const text = typeof json === "string" ? json : decode(json);
  if (text === undefined) return { ok: false, detail: "is not UTF-8 text" };
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(text) ? { ok: false, detail: "is nested too deeply" } : { ok: true, value };
  } catch {
    // The parser's own words quote the body, which may hold anything
    return { ok: false, detail: "is not JSON" };
  }
};
