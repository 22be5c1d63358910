import { present } from "../../shared/present.ts";

/** One part of a route between slashes. */
type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | {
      readonly kind: "parameter";
      readonly name: string;
      readonly optional: boolean;
      readonly pattern?: RegExp;
    }
  | { readonly kind: "rest"; readonly name: string };

/** An ASP.NET route template, read. */
export interface Route {
  /** With a slash in front, as people write it: "/api/items/{id}". */
  readonly template: string;
  readonly segments: readonly Segment[];
}

const PARAMETER = /^\{(?<rest>\*{0,2})(?<name>\w+)(?::(?<constraint>[^}?]+))?(?<optional>\?)?\}$/;
/** The first part of paths that the host keeps for itself. */
const RESERVED = new Set(["admin", "runtime"]);

const constraints: ReadonlyMap<string, RegExp> = new Map([
  ["int", /^[+-]?\d{1,10}$/],
  ["long", /^[+-]?\d{1,19}$/],
  ["bool", /^(true|false)$/i],
  ["alpha", /^[a-z]*$/i],
  // With braces or without, as the host takes it
  ["guid", /^\{?[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i],
]);

const parseParameter = (text: string, template: string): Segment => {
  const groups = PARAMETER.exec(text)?.groups;
  const name = groups?.["name"];
  if (groups === undefined || name === undefined)
    throw new Error(
      `Cannot serve route "${template}": "${text}" is not supported here; use {a}, {a?}, {a:int} or {*a}`,
    );
  if (groups["rest"] !== "") return { kind: "rest", name };
  const constraint = groups["constraint"];
  const pattern = constraint === undefined ? undefined : constraints.get(constraint);
  if (constraint !== undefined && pattern === undefined)
    throw new Error(
      `Cannot serve route "${template}": no constraint "${constraint}" here; use one of ${[...constraints.keys()].join(", ")}`,
    );
  return {
    kind: "parameter",
    name,
    optional: groups["optional"] !== undefined,
    ...present({ pattern }),
  };
};

/** Reads a route. @throws {Error} that names what is not supported or reserved */
export const parseRoute = (prefix: string, route: string): Route => {
  const template = `/${[prefix, route].flatMap((part) => part.split("/").filter((text) => text !== "")).join("/")}`;
  const texts = template.split("/").filter((text) => text !== "");
  if (RESERVED.has(texts[0]?.toLowerCase() ?? ""))
    throw new Error(`Cannot serve route "${template}": "${texts[0] ?? ""}" is reserved; choose another`);
  const segments = texts.map((text): Segment =>
    /[{}]/.test(text) ? parseParameter(text, template) : { kind: "literal", text: text.toLowerCase() },
  );
  return { template, segments };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The parameters of a path that a route matches, as texts; `undefined` when it does not match. */
export const matchRoute = ({ segments }: Route, pathname: string): Record<string, string> | undefined => {
  const parts = pathname
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (segment.kind === "rest") {
      const rest = parts.slice(index).join("/");
      return rest === "" ? parameters : { ...parameters, [segment.name]: rest };
    }
    if (segment.kind === "literal") {
      if (part?.toLowerCase() !== segment.text) return undefined;
    } else if (part === undefined) {
      if (!segment.optional) return undefined;
    } else {
      if (segment.pattern?.test(part) === false) return undefined;
      parameters[segment.name] = part;
    }
  }
  return parts.length > segments.length ? undefined : parameters;
};

const rankOf = (segment: Segment): number => {
  if (segment.kind === "literal") return 1;
  if (segment.kind === "rest") return 4;
  return segment.pattern === undefined ? 3 : 2;
};

/** Which of two routes is tried first: literals before constrained parameters before others, as in ASP.NET. */
export const compareRoutes = (a: Route, b: Route): number => {
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index];
    if (other === undefined) return 1;
    const difference = rankOf(segment) - rankOf(other);
    if (difference !== 0) return difference;
  }
  return a.segments.length - b.segments.length;
};
