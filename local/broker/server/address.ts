/** What a link is attached to. */
export type Address =
  { readonly kind: "cbs" } | { readonly kind: "management" | "entity"; readonly path: string };

const MANAGEMENT = "/$management";

/** Reads "queue", "topic/Subscriptions/name", "queue/$DeadLetterQueue", "queue/$management", with or without a host. */
export const readAddress = (address: string): Address => {
  const path = address.replace(/^(?:amqps?|sb):\/\/[^/]+/i, "").replace(/^\/+|\/+$/g, "");
  if (path.toLowerCase() === "$cbs") return { kind: "cbs" };
  return path.toLowerCase().endsWith(MANAGEMENT)
    ? { kind: "management", path: path.slice(0, -MANAGEMENT.length) }
    : { kind: "entity", path };
};
