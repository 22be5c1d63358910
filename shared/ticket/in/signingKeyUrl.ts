/**
 * Hosts of ConnectWise that give out signing keys. There is no public list: these are the hosts of its API, as clients
 * and receivers name them.
 * https://github.com/NangoHQ/nango/blob/master/packages/server/lib/webhook/connectwise-psa-webhook-routing.ts
 */
const CLOUD = /^(?:(?:api-)?(?:na|eu|au)|aus|za|sandbox-[a-z0-9-]+)\.myconnectwise\.net$/;

const valueOf = (object: unknown, name: string): unknown => {
  if (typeof object !== "object" || object === null) return undefined;
  // One implementation reads Metadata, another metadata
  return Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1];
};

/**
 * The address of the signing key that an unverified body names, when it may be fetched; undefined otherwise.
 * @param origins of installations on premises
 */
export const signingKeyUrlOf = (payload: unknown, origins: readonly string[]): URL | undefined => {
  const text = valueOf(valueOf(payload, "metadata"), "key_url");
  const url = typeof text === "string" && text.length <= 2048 ? URL.parse(text) : null;
  if (url === null || url.protocol !== "https:") return undefined;
  if (url.username !== "" || url.password !== "" || url.hash !== "") return undefined;
  const isOnPremises = origins.some((origin) => new URL(origin).origin === url.origin);
  return isOnPremises || (url.port === "" && CLOUD.test(url.hostname)) ? url : undefined;
};
