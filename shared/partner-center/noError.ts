import { z } from "zod";

const nothing = z.null().optional();
const ofSuccess = z.int().min(200).max(299);

/**
 * Fields of an error, in any of its shapes, that no success has: one that has them is none. Only `code`, and `statusCode`
 * of the gateway, are documented of Partner Center; `status` is that of a problem (RFC 9457), and a word elsewhere.
 * https://learn.microsoft.com/partner-center/developer/error-codes
 * https://learn.microsoft.com/partner-center/developer/api-throttling-guidance
 * https://www.rfc-editor.org/rfc/rfc9457
 */
export const noError = {
  code: nothing,
  error: nothing,
  errorcode: nothing,
  errors: z.tuple([]).nullish(),
  iserror: z.literal(false).nullish(),
  status: z.union([ofSuccess, z.string().regex(/^(?!\s*\d)|^2\d\d$/)]).nullish(),
  statuscode: nothing,
} as const;

/** The same for the answer to a change, which has none of these: in doubt the licenses are read back. */
export const noErrorOfChange = { ...noError, status: ofSuccess.nullish(), title: nothing } as const;
