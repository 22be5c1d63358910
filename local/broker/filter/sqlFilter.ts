import { systemFields, type Filter, type FilterField, type FilterValue } from "./filter.ts";

const TOKEN =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<number>-?\d+(?:\.\d+)?)|(?<sign><>|!=|=|\(|\))|(?<name>(?:sys\.|user\.)?(?:[A-Za-z_][\w-]*|\[[^\]]+\]|"[^"]+")))/iy;

interface Token {
  readonly kind: "text" | "number" | "sign" | "name";
  readonly text: string;
}

const kinds = ["text", "number", "sign", "name"] as const;

const tokenize = (expression: string): Token[] => {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = expression.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(expression)?.groups;
    const kind = kinds.find((name) => groups?.[name] !== undefined);
    if (groups === undefined || kind === undefined)
      throw new SyntaxError(`cannot read it from "${expression.slice(at).trim()}" on`);
    tokens.push({ kind, text: groups[kind] ?? "" });
  }
  return tokens;
};

const systemNames: ReadonlyMap<string, FilterField> = new Map([
  ...systemFields.map((name) => [name.toLowerCase(), { scope: "system", name }] as const),
  ["label", { scope: "system", name: "subject" }] as const,
]);

const toField = (name: string): FilterField => {
  const scope = /^(?:sys|user)\./i.exec(name)?.[0].toLowerCase() ?? "";
  const bare = name.slice(scope.length).replace(/^[["](.*)[\]"]$/, "$1");
  if (scope !== "sys.") return { scope: "application", name: bare };
  const field = systemNames.get(bare.toLowerCase());
  if (field === undefined) throw new SyntaxError(`"${name}" is no system property that can be filtered on`);
  return field;
};

/** Reads the tokens from left to right: or-terms of and-terms of comparisons. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Filter {
    const filter = this.#terms("or", () => this.#terms("and", () => this.#comparison()));
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new SyntaxError(`"${rest.text}" is not understood there`);
    return filter;
  }

  #terms(word: "and" | "or", term: () => Filter): Filter {
    const of = [term()];
    while (this.#isNext(word)) {
      this.#at += 1;
      of.push(term());
    }
    const [only] = of;
    return of.length === 1 && only !== undefined ? only : { kind: word, of };
  }

  #isNext(word: string): boolean {
    return this.#tokens[this.#at]?.text.toLowerCase() === word;
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new SyntaxError("it ends too early");
    this.#at += 1;
    return token;
  }

  #comparison(): Filter {
    const left = this.#next();
    if (left.text === "(") {
      const inner = this.#terms("or", () => this.#terms("and", () => this.#comparison()));
      if (this.#next().text !== ")") throw new SyntaxError('")" is missing');
      return inner;
    }
    const sign = this.#next().text;
    if (!["=", "<>", "!="].includes(sign)) throw new SyntaxError(`"${left.text} ${sign}" is not supported`);
    const value = this.#value();
    const kind = sign === "=" ? "equal" : "unequal";
    // "1=1" is how the service writes a filter that takes everything
    if (left.kind === "number")
      return { kind: "always", value: (Number(left.text) === value) === (kind === "equal") };
    if (left.kind !== "name") throw new SyntaxError(`"${left.text}" is not the name of a property`);
    return { kind, field: toField(left.text), value };
  }

  #value(): FilterValue {
    const { kind, text } = this.#next();
    if (kind === "text") return text.slice(1, -1).replaceAll("''", "'");
    if (kind === "number") return Number(text);
    const word = text.toLowerCase();
    if (word !== "true" && word !== "false") throw new SyntaxError(`"${text}" is not a literal`);
    return word === "true";
  }
}

/**
 * The part of the service's SQL that is supported here: properties (`sys.Label`, `color`, `user.[odd name]`) compared
 * by = or <> with literals, with AND, OR and parentheses.
 * @throws {SyntaxError} on everything else; the message says what is not understood
 */
export const parseSqlFilter = (expression: string): Filter => new Parser(tokenize(expression)).parse();
