import fc from "fast-check";

const nested = (opening: string, closing: string, depth: number): string =>
  `${opening.repeat(depth)}1${closing.repeat(depth)}`;

/** JSON of values that are wrong wherever a text, a number, an id or a list of them belongs. */
export const HOSTILE: readonly string[] = [
  '{"length":{"toString":1}}',
  '{"length":{"valueOf":1,"toString":1}}',
  '{"length":5}',
  '{"length":1e9,"0":"a"}',
  '{"toString":1,"valueOf":1}',
  '{"toJSON":1}',
  '{"then":1}',
  '{"__proto__":{"length":1}}',
  '{"constructor":{"prototype":{"length":1}}}',
  '{"constructor":1,"hasOwnProperty":1}',
  '[{"length":{"toString":1}}]',
  // Half a character, and what is none at all
  String.raw`"\ud800"`,
  String.raw`"a\udc00b"`,
  String.raw`"a\u0000b"`,
  String.raw`"\u0085\u001b[0m"`,
  // Numbers that a double does not hold
  "1e400",
  "-1e400",
  "9007199254740993",
  "1e-400",
  `[${"0,".repeat(5000)}0]`,
  `"${"x".repeat(50_000)}"`,
  `{${Array.from({ length: 2000 }, (_, index) => `"k${index}":0`).join(",")}}`,
];

/** As deep as it gets in a body of 64 KiB. */
const DEEP: readonly string[] = [
  nested("[", "]", 10_000),
  nested('{"a":', "}", 9000),
  nested('[{"length":', "}]", 4000),
];

type Place = readonly string[];

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const placesOf = (value: unknown, place: Place = []): readonly Place[] =>
  isObject(value)
    ? [place, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...place, key]))]
    : [place];

/** JSON of a value, with something else in one place. */
const writeWith = (value: unknown, [key, ...rest]: Place, piece: string): string => {
  if (key === undefined || !isObject(value)) return piece;
  const parts = Object.entries(value).map(([name, inner]: [string, unknown]) => {
    const json = name === key ? writeWith(inner, rest, piece) : JSON.stringify(inner);
    return Array.isArray(value) ? json : `${JSON.stringify(name)}:${json}`;
  });
  return Array.isArray(value) ? `[${parts.join(",")}]` : `{${parts.join(",")}}`;
};

/** A good value in which one thing, or the whole, is hostile. */
export interface Spoilt {
  readonly json: string;
  /** The keys that lead to it. */
  readonly place: Place;
}

/** JSON of a good value, with one hostile piece in it. */
export const spoilt = (
  good: unknown,
  pieces: readonly string[] = [...HOSTILE, ...DEEP],
): fc.Arbitrary<Spoilt> =>
  fc
    .record({ place: fc.constantFrom(...placesOf(good)), piece: fc.constantFrom(...pieces) })
    .map(({ place, piece }) => ({
      place,
      json: writeWith(good, place, piece),
      // Some are long: a failure shows where and what, not all of it
      [fc.toStringMethod]: () => `at /${place.join("/")}: ${piece.slice(0, 80)}`,
    }));

const KEYS = [
  "length",
  "toString",
  "valueOf",
  "toJSON",
  "__proto__",
  "constructor",
  "then",
  "id",
  "items",
  "a",
];

/** JSON of anything, with hostile pieces and keys all over. */
export const hostileJson: fc.Arbitrary<string> = fc.letrec<{ value: string; list: string; object: string }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.constantFrom(...HOSTILE, ...DEEP), fc.json()),
      tie("list"),
      tie("object"),
    ),
    list: fc.array(tie("value"), { maxLength: 4 }).map((parts) => `[${parts.join(",")}]`),
    object: fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie("value")), { maxLength: 5 })
      .map((fields) => `{${fields.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`),
  }),
).value;

/** Bytes that may be JSON. */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: hostileJson.map((json) => Buffer.from(json)) },
  { weight: 1, arbitrary: fc.uint8Array() },
);
