/** Absolute addresses of this app's resources. */
export interface Links {
  readonly request: (requestId: string) => string;
  readonly poison: (id: string) => string;
  readonly poisonList: (query: Readonly<Record<string, string | number | undefined>>) => string;
  readonly operation: (id: string) => string;
  readonly cancel: (operationId: string) => string;
  /** The address that was called, with another continuation token. */
  readonly next: (after: string) => string;
}

const PREFIX = /^.*?\/api(?=\/)/;

/** Addresses as the caller of `url` can use them: host and prefix are as it called them. */
export const linksOf = (url: string): Links => {
  const called = new URL(url);
  const base = `${called.origin}${PREFIX.exec(called.pathname)?.[0] ?? ""}`;
  return {
    request: (requestId) => `${base}/license-updates/${encodeURIComponent(requestId)}`,
    poison: (id) => `${base}/poison/${encodeURIComponent(id)}`,
    poisonList: (query) => {
      const given = new URLSearchParams();
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) given.set(name, String(value));
      return `${base}/poison?${given.toString()}`;
    },
    operation: (id) => `${base}/operations/${encodeURIComponent(id)}`,
    cancel: (id) => `${base}/operations/${encodeURIComponent(id)}/cancel`,
    next: (after) => {
      const next = new URL(called);
      next.searchParams.set("after", after);
      // A key in the address is the caller's own affair: it is not repeated
      next.searchParams.delete("code");
      return next.href;
    },
  };
};
