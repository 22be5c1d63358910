import { sameSecret } from "../identity/sameSecret.ts";

export type AuthLevel = "anonymous" | "function" | "admin";

export interface Keys {
  /** The keys that open this function. */
  readonly functionKeys: readonly string[];
  /** Opens every function. */
  readonly masterKey: string | undefined;
}

/** The key a caller sent; the header wins, even when it is wrong. */
export const readKey = (header: string | undefined, query: URLSearchParams): string =>
  header ?? query.get("code") ?? "";

/** Whether a key opens a function; all keys are compared, and in constant time. */
export const isAllowed = (
  level: AuthLevel,
  given: string,
  { functionKeys, masterKey = "" }: Keys,
): boolean => {
  if (level === "anonymous") return true;
  const accepted = level === "admin" ? [masterKey] : [...functionKeys, masterKey];
  return accepted.map((key) => key !== "" && sameSecret(given, key)).some((same) => same);
};
