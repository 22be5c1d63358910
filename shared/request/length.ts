import { z } from "zod";

/** As zod's own bounds do it, but only where there is a length: an object may have a field of that name. */
const when = ({ value }: z.core.ParsePayload): boolean => typeof value === "string" || Array.isArray(value);

const saying = (message: string | undefined) => (message === undefined ? {} : { error: () => message });

/** A text of so many characters, or a list of so many entries, at least: for .check(), in place of .min(). */
export const atLeast = (minimum: number, message?: string): z.core.$ZodCheckMinLength =>
  new z.core.$ZodCheckMinLength({ check: "min_length", minimum, when, ...saying(message) });

/** So many at most: for .check(), in place of .max(). */
export const atMost = (maximum: number, message?: string): z.core.$ZodCheckMaxLength =>
  new z.core.$ZodCheckMaxLength({ check: "max_length", maximum, when, ...saying(message) });
