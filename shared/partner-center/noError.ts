import { z } from "zod";

const nothing = z.null().optional();

/**
 * Fields of an error, in any of its shapes, that no success has: one that has them is none.
 * https://learn.microsoft.com/partner-center/developer/error-codes
 * https://learn.microsoft.com/partner-center/developer/api-throttling-guidance
 */
export const noError = { code: nothing, error: nothing, statuscode: nothing } as const;
