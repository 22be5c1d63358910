/** What ECMAScript hands a reviver beside key and value: the text of a number as it was written. */
interface Written {
  readonly source?: string;
}

// A number above 2^53 is an id in all these payloads: as text it loses nothing
const keepDigits = (_key: string, value: unknown, written?: Written): unknown =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(written?.source ?? "")
    ? written?.source
    : value;

/** JSON → value; whole numbers that a double cannot hold become text. @throws {SyntaxError | RangeError} */
export const parseWithDigits = (text: string): unknown => JSON.parse(text, keepDigits) as unknown;
