import { isTooDeep } from "../../request/parseJson.ts";

/** What ECMAScript hands a reviver beside key and value: the text of a number as it was written. */
interface Written {
  readonly source?: string;
}

// A number above 2^53 is an id in all these payloads: as text it loses nothing. One beyond a double would become null
// when it is written again, and null has a meaning
const keepDigits = (_key: string, value: unknown, written?: Written): unknown =>
  typeof value === "number" &&
  (!Number.isFinite(value) || (!Number.isSafeInteger(value) && /^-?\d+$/.test(written?.source ?? "")))
    ? written?.source
    : value;

/** JSON → value; numbers that a double cannot hold become text. @throws {SyntaxError | RangeError} */
export const parseWithDigits = (text: string): unknown => {
  // With a function to call it goes down level by level, and so does JSONata
  if (isTooDeep(text)) throw new RangeError("is nested too deeply");
  return JSON.parse(text, keepDigits) as unknown;
};
