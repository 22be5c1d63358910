const SHOWN_MAX = 300;
/** More than what is shown is looked through: a secret that is cut off would not be known as one. */
const READ_MAX = 8192;

/** Between a name and its value: in a header, a form, JSON, JSON within JSON, a page. */
const IS = String.raw`(?:\\{0,9}["']|&quot;|&#0?3[49];|%22|\s){0,9}(?:[:=]|%3a|%3d)\s{0,9}\[?\s{0,9}`;
const IN_QUOTES = String.raw`"(?:\\[\s\S]|[^"\\])*|'(?:\\[\s\S]|[^'\\])*|\\+"[^"]*|\\+'[^']*|&quot;(?:(?!&quot;)[\s\S])*|&#0?3[49];(?:(?!&#)[\s\S])*|%22(?:(?!%22)[\s\S])*`;
const KEY = String.raw`(?:token|secret|passw(?:or)?d|pwd|passphrase|assertion|signature|credentials?|session|key|sig)s?`;

/** What looks like a token, a key or a password, wherever it stands: a proxy's page may echo the call. */
const secretLike: readonly RegExp[] = [
  // All of the line: there are schemes with several values, and several cookies
  new RegExp(String.raw`(?<=(?:authorization|cookie)${IS})(?:${IN_QUOTES}|[^\s<][^\r\n<]*)`, "gi"),
  new RegExp(String.raw`(?<=${KEY}${IS})(?:${IN_QUOTES}|[^\s"'&<>,;[]+)`, "gi"),
  new RegExp(
    String.raw`(?<=\bname=["']?[\w-]{0,60}${KEY}["']?\s[^>]{0,300}\bvalue=)(?:"[^"]*|'[^']*|[^\s>]+)`,
    "gi",
  ),
  new RegExp(String.raw`(?<=<[\w:-]{0,60}${KEY}>)[^<]+`, "gi"),
  /(?<=\bvalue=)(?:"[^"]*|'[^']*|[^\s>]+)(?=[^>]{0,300}\bname=["']?[\w-]{0,60}(?:token|secret|password|pwd|assertion))/gi,
  /(?<=[?&]code=)[^\s"'&<>]+/gi,
  /(?<=:\/\/)[^\s/"'<>]+(?=@)/g,
  /\b(?:Bearer|Basic|Digest|NTLM|Negotiate)(?:\s|%20)+[\w.~+/=-]+/gi,
  /eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*/g,
  /[\w+/=-]{40,}/g,
];
const HIDDEN = "[hidden]";

/**
 * The beginning of a body as one line for people, with nothing in it that looks like a secret; undefined when there is
 * nothing to show.
 * @param secret what is known to be one
 */
export const excerptOf = (body: Uint8Array, secret: string): string | undefined => {
  // Lines are kept for now: a header ends with its line
  const text = new TextDecoder().decode(body.subarray(0, READ_MAX)).replaceAll(/[^\P{C}\r\n]+/gu, " ");
  const known = secret === "" ? text : text.replaceAll(secret, HIDDEN);
  const harmless = secretLike.reduce((left, pattern) => left.replaceAll(pattern, HIDDEN), known);
  const line = harmless.replaceAll(/[\p{C}\s]+/gu, " ").trim();
  return line === "" ? undefined : line.slice(0, SHOWN_MAX).toWellFormed();
};
