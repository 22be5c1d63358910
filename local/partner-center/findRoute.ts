export type RouteName = "customers" | "licenseupdates" | "licenses" | "subscribedskus" | "users" | "user";

export interface Route {
  readonly name: RouteName;
  readonly customerId: string;
  /** The object id or the user principal name; empty where the path has none. */
  readonly userId: string;
}

export type Found =
  | ({ readonly kind: "found" } & Route)
  | { readonly kind: "wrongMethod"; readonly allow: string }
  | { readonly kind: "none" };

interface Row {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, RouteName>>;
}

const customer = "^/v1/customers/(?<customer>[^/]+)";
const row = (rest: string, methods: Row["methods"]): Row => ({
  path: new RegExp(`${customer}/${rest}/?$`, "i"),
  methods,
});

const rows: readonly Row[] = [
  { path: /^\/v1\/customers\/?$/i, methods: { GET: "customers" } },
  row("subscribedskus", { GET: "subscribedskus" }),
  row("users", { GET: "users" }),
  row("users/(?<user>[^/]+)", { GET: "user", PATCH: "user" }),
  row("users/(?<user>[^/]+)/licenses", { GET: "licenses" }),
  row("users/(?<user>[^/]+)/licenseupdates", { POST: "licenseupdates" }),
];

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** A method and a path → what is asked for. Ids come decoded and in lower case. */
export const findRoute = (method: string, path: string): Found => {
  for (const { path: pattern, methods } of rows) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const groups = match.groups ?? {};
    const customerId = decode(groups["customer"] ?? "")?.toLowerCase();
    const userId = decode(groups["user"] ?? "")?.toLowerCase();
    if (customerId === undefined || userId === undefined) return { kind: "none" };
    const name = methods[method];
    if (name === undefined) return { kind: "wrongMethod", allow: Object.keys(methods).join(", ") };
    return { kind: "found", name, customerId, userId };
  }
  return { kind: "none" };
};
