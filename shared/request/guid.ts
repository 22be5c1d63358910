import { z } from "zod";

// Not z.uuid(): Microsoft's ids need not be RFC 9562

/** A GUID, kept in lower case. */
export const guid = (...rule: Parameters<typeof z.guid>) => z.guid(...rule).toLowerCase();

/** Whether a text is a GUID, in upper or lower case. */
export const isGuid = (text: string): boolean => z.regexes.guid.test(text);
