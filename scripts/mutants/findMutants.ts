import { parseSync, Visitor, type Argument, type Expression, type Span, type Statement } from "oxc-parser";

/** One small fault: what stands from `start` to `end` is replaced. */
export interface Mutant {
  /** Path below the root, with "/". */
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** What was done, such as "condition turned round". */
  readonly what: string;
}

type Change = Pick<Mutant, "start" | "end" | "replacement" | "what">;

const SWAPS: ReadonlyMap<string, string> = new Map([
  ["===", "!=="],
  ["!==", "==="],
  ["<", "<="],
  ["<=", "<"],
  [">", ">="],
  [">=", ">"],
  ["+", "-"],
  ["-", "+"],
  ["*", "/"],
  ["/", "*"],
  ["&&", "||"],
  ["||", "&&"],
]);

const bare = (node: Expression): Expression =>
  node.type === "ParenthesizedExpression" ? bare(node.expression) : node;

const isText = (node: Expression): boolean =>
  node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");

const isNamed = (node: Expression, fits: (name: string) => boolean): boolean =>
  (node.type === "Identifier" && fits(node.name)) ||
  (node.type === "MemberExpression" && node.property.type === "Identifier" && fits(node.property.name));

/** What is left out when a value is absent: a choice, or what present() keeps. */
const isOptional = (node: Argument): boolean => {
  if (node.type === "SpreadElement") return false;
  const { type } = bare(node);
  return (
    type === "ConditionalExpression" ||
    type === "LogicalExpression" ||
    (node.type === "CallExpression" && isNamed(node.callee, (name) => name === "present"))
  );
};

const leaves = (statement: Statement): boolean => {
  if (statement.type === "BlockStatement") return statement.body.some(leaves);
  return ["ReturnStatement", "ThrowStatement", "ContinueStatement", "BreakStatement"].includes(
    statement.type,
  );
};

/** Another change of a condition does the same as turning it round. */
const turnsOtherwise = (node: Expression): boolean => {
  const test = bare(node);
  return (
    (test.type === "UnaryExpression" && test.operator === "!") ||
    (test.type === "BinaryExpression" && (test.operator === "===" || test.operator === "!=="))
  );
};

/** A default that is emptied when it has something in it, else lost. */
const emptied = (value: Expression): string | undefined => {
  const node = bare(value);
  if (node.type === "Literal" && typeof node.value === "string" && node.value !== "") return '""';
  if (node.type === "ArrayExpression" && node.elements.length > 0) return "[]";
  return undefined;
};

/** Every change of a text that the script knows, and the parts that it must leave alone. */
const readChanges = (file: string, text: string): { changes: readonly Change[]; kept: readonly Span[] } => {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`Cannot read ${file}: ${error.message}`);
  const changes: Change[] = [];
  const kept: Span[] = [];
  const slice = ({ start, end }: Span): string => text.slice(start, end);
  const add = ({ start, end }: Span, replacement: string, what: string): void => {
    changes.push({ start, end, replacement, what });
  };
  const swap = (left: Span, operator: string, what: string): void => {
    const other = SWAPS.get(operator);
    const start = text.indexOf(operator, left.end);
    if (other !== undefined) add({ start, end: start + operator.length }, other, what);
  };
  const turn = (test: Expression): void => {
    if (!turnsOtherwise(test)) add(test, `!(${slice(test)})`, "condition turned round");
  };

  new Visitor({
    IfStatement(node) {
      turn(node.test);
      if (node.alternate === null && leaves(node.consequent)) add(node, ";", "early exit removed");
    },
    ConditionalExpression: ({ test }) => turn(test),
    UnaryExpression(node) {
      if (node.operator === "!") add(node, slice(node.argument), "negation lost");
    },
    BinaryExpression({ left, operator, right }) {
      const isJoin = operator === "+" && (isText(left) || isText(right));
      if (!isJoin) swap(left, operator, "operator swapped");
    },
    LogicalExpression(node) {
      const { left, operator, right } = node;
      if (operator !== "??") return swap(left, operator, "operator swapped");
      const empty = emptied(right);
      if (empty === undefined) add(node, slice(left), "default lost");
      else add(right, empty, "default emptied");
    },
    AssignmentPattern(node) {
      const empty = emptied(node.right);
      if (empty === undefined) add(node, slice(node.left), "default lost");
      else add(node.right, empty, "default emptied");
    },
    AwaitExpression: (node) => add(node, slice(node.argument), "await lost"),
    ExpressionStatement(node) {
      const { expression } = node;
      const called = expression.type === "AwaitExpression" ? expression.argument : expression;
      if (called.type === "CallExpression") add(node, ";", "call lost");
    },
    ObjectExpression({ properties }) {
      for (const part of properties)
        if (part.type === "SpreadElement" && isOptional(part.argument))
          add(part, "...{}", "optional part lost");
    },
    ArrayExpression({ elements }) {
      for (const part of elements)
        if (part?.type === "SpreadElement" && isOptional(part.argument))
          add(part, "...[]", "optional part lost");
    },
    CallExpression({ callee, arguments: given }) {
      if (isNamed(callee, (name) => name === "log")) kept.push(...given.slice(1));
      if (callee.type === "Super") kept.push(...given);
    },
    NewExpression({ callee, arguments: given }) {
      if (isNamed(callee, (name) => name.endsWith("Error"))) kept.push(...given);
    },
  }).visit(program);
  return { changes, kept };
};

export const applyMutant = (text: string, { start, end, replacement }: Mutant): string =>
  `${text.slice(0, start)}${replacement}${text.slice(end)}`;

/**
 * Every small fault that the script knows how to make in a file, in the order of the text. The fields of a log
 * entry and the texts of errors stay as they are, and so does what does not parse with the change.
 */
export const findMutants = (file: string, text: string): readonly Mutant[] => {
  const { changes, kept } = readChanges(file, text);
  return changes
    .filter((change) => !kept.some(({ start, end }) => start <= change.start && change.end <= end))
    .map(({ start, end, replacement, what }) => {
      const line = text.slice(0, start).split("\n").length;
      return { file, line, start, end, replacement, what };
    })
    .filter((mutant) => parseSync(file, applyMutant(text, mutant)).errors.length === 0)
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
};
