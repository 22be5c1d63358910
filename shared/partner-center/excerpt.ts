const SHOWN_MAX = 300;
/** More than what is shown is looked through: a secret that is cut off would not be known as one. */
const READ_MAX = 8192;

/** What looks like a token, a key or a password, wherever it stands: a proxy's page may echo the call. */
const secretLike: readonly RegExp[] = [
  /\bBearer\s+[\w.~+/=-]+/gi,
  /eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*/g,
  /(?<=(?:token|secret|password|assertion|authorization|cookie)["']?\s*[:=]\s*["']?)[^\s"'&<>]+/gi,
  /[\w+/=-]{40,}/g,
];
const HIDDEN = "[hidden]";

/**
 * The beginning of a body as one line for people, with nothing in it that looks like a secret; undefined when there is
 * nothing to show.
 * @param secret what is known to be one
 */
export const excerptOf = (body: Uint8Array, secret: string): string | undefined => {
  const text = new TextDecoder()
    .decode(body.subarray(0, READ_MAX))
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .trim();
  const known = secret === "" ? text : text.replaceAll(secret, HIDDEN);
  const harmless = secretLike.reduce((left, pattern) => left.replaceAll(pattern, HIDDEN), known);
  return harmless === "" ? undefined : harmless.slice(0, SHOWN_MAX).toWellFormed();
};
