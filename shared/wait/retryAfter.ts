/** As many seconds as are read; a time much further off is no date any more. */
const MAX_MS = 999_999_999_000;

/**
 * `Retry-After` in milliseconds, given as seconds or as a date; a date in the past and an unreadable value are 0.
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export const retryAfterMs = (header: string | undefined, now: number): number => {
  const value = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.min(MAX_MS, Math.max(0, date - now));
};
