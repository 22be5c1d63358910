import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from "vitest/node";

/** Nobody should wonder for longer whether something still goes on. */
const QUIET_MS = 5000;
/** Counterexamples of property tests can be large; the command that repeats it shows all. */
const REASON_LINES_MAX = 40;
const LINE_MAX = 300;

/** Of what a test or its file printed: the end is what matters. */
const PRINTED_LINES_MAX = 20;
const PRINTED_MAX = 100_000;

interface Failure {
  readonly what: string;
  readonly reason: string;
  readonly again: string;
  /** The end of what was printed, on either stream. */
  readonly printed: string;
}

type UserConsoleLog = Parameters<NonNullable<Reporter["onUserConsoleLog"]>>[0];

type Problem = Readonly<Record<"message", string> & Partial<Record<"name" | "stack" | "diff", string>>> & {
  readonly cause?: unknown;
};

const count = (value: number, what: string): string =>
  `${value.toLocaleString("en-US")} ${what}${value === 1 ? "" : "s"}`;

const indent = (lines: readonly string[]): string =>
  lines
    .map(
      (line) =>
        `    ${line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)} … (${line.length} characters)` : line}`,
    )
    .join("\n");

/** The line of a test file that a stack leads to. */
const placeOf = ({ stack = "" }: Problem, file: string): string => {
  const place = stack.split("\n").find((line) => line.includes(file));
  return place === undefined ? "" : `\n${place.trim()}`;
};

/** A test that is skipped because of what goes on around it says nothing of that itself. */
const failedHookOf = (test: TestCase): string | undefined => {
  for (let around = test.parent; ; around = around.parent) {
    const [error] = around.errors();
    if (error !== undefined) return `a hook around it failed (${error.message.split("\n")[0]})`;
    if (around.type === "module") return undefined;
  }
};

const CAUSES_MAX = 3;

/** What is behind an error, such as the ECONNREFUSED of a fetch that failed. */
const causesOf = (problem: { readonly cause?: unknown }, depth = 0): string => {
  const { cause } = problem;
  if (typeof cause !== "object" || cause === null || depth === CAUSES_MAX) return "";
  const message = "message" in cause && typeof cause.message === "string" ? cause.message : "";
  const code = "code" in cause && typeof cause.code === "string" ? ` (${cause.code})` : "";
  return `\ncaused by: ${message}${code}${causesOf(cause, depth + 1)}`;
};

const reasonOf = (problems: readonly Problem[], file: string): string =>
  problems
    .map((problem) => {
      const { name = "Error", message, diff } = problem;
      return `${name}: ${message}${diff === undefined ? "" : `\n${diff}`}${causesOf(problem)}${placeOf(problem, file)}`;
    })
    .join("\n");

/** How many tests came to which end. A file that failed as a whole counts as one test. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Tells of a run as it goes on: a line every five seconds, a failure at once with its reason and the command that repeats
 * it, and at the end again; what was skipped by name, and why.
 */
export class RunReporter implements Reporter {
  readonly #startedMs = Date.now();
  readonly #failures: Failure[] = [];
  readonly #skipped: string[] = [];
  readonly #failedTests = new Set<string>();
  readonly #running = new Set<string>();
  /** By test, and by file for what is printed outside of tests. */
  readonly #printed = new Map<string, string>();
  #vitest: Vitest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #toldMs = Date.now();
  #files = 0;
  #filesDone = 0;
  #tests = 0;
  #passed = 0;
  #testsDone = 0;

  get counts(): Counts {
    const failed = this.#failures.length;
    const skipped = this.#skipped.length;
    return { passed: this.#passed, failed, skipped };
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(specifications: readonly unknown[]): void {
    this.#files = specifications.length;
    this.#say(`${count(this.#files, "file")}, seed ${this.#seed()}`);
    this.#timer = setInterval(() => {
      if (Date.now() - this.#toldMs >= QUIET_MS - 100) this.#progress();
    }, 500).unref();
  }

  onTestModuleCollected(module: TestModule): void {
    this.#tests += [...module.children.allTests()].length;
  }

  onUserConsoleLog({ taskId, content }: UserConsoleLog): void {
    if (taskId !== undefined)
      this.#printed.set(taskId, `${this.#printed.get(taskId) ?? ""}${content}`.slice(-PRINTED_MAX));
  }

  onTestModuleStart({ moduleId }: TestModule): void {
    this.#running.add(this.#pathOf(moduleId));
  }

  onTestCaseResult(test: TestCase): void {
    this.#testsDone += 1;
    const result = test.result();
    const file = this.#pathOf(test.module.moduleId);
    if (result.state === "passed") this.#passed += 1;
    if (result.state === "failed") {
      this.#failedTests.add(test.id);
      this.#fail(file, `${file} > ${test.fullName}`, result.errors, [test.module.id, test.id]);
    }
    this.#printed.delete(test.id);
    if (result.state === "skipped") {
      const why = result.note ?? failedHookOf(test);
      this.#skipped.push(`${file} > ${test.fullName}${why === undefined ? "" : `: ${why}`}`);
    }
  }

  onTestModuleEnd(module: TestModule): void {
    const file = this.#pathOf(module.moduleId);
    this.#filesDone += 1;
    this.#running.delete(file);
    // One that may not be run, such as a test.only, has no result of its own
    for (const test of module.children.allTests("failed"))
      if (!this.#failedTests.has(test.id)) this.onTestCaseResult(test);
    // A file that cannot be loaded, and hooks around all of its tests
    const around = [module, ...module.children.allSuites()];
    const problems = around.flatMap((suite) => suite.errors());
    const ids = around.map(({ id }) => id);
    if (problems.length > 0) this.#fail(file, file, problems, ids);
    for (const id of ids) this.#printed.delete(id);
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly Problem[], reason: TestRunEndReason): void {
    clearInterval(this.#timer);
    this.#progress();
    if (this.#skipped.length > 0) {
      this.#say(`Skipped:\n${this.#skipped.map((name) => `  ${name}`).join("\n")}`);
    }
    for (const error of errors) this.#fail("test", "Outside of any test", [error]);
    // Its worker is gone, and its tests with it
    if (reason !== "interrupted")
      for (const file of this.#running) this.#fail(file, file, [{ message: "did not come to its end" }]);
    this.tellFailures();
  }

  /** Everything that has failed so far, again. */
  tellFailures(): void {
    if (this.#failures.length > 0) this.#say(`\nFailed:\n${this.#failures.map(sentenceOf).join("\n")}`);
  }

  #seed(): string {
    return String(this.#vitest?.config.sequence.seed ?? "unknown");
  }

  #pathOf(moduleId: string): string {
    return relative(this.#vitest?.config.root ?? process.cwd(), moduleId);
  }

  #fail(file: string, what: string, problems: readonly Problem[], printers: readonly string[] = []): void {
    const again = `npx vitest run ${file} --sequence.seed=${this.#seed()}`;
    const printed = printers.map((id) => this.#printed.get(id) ?? "").join("");
    const failure = { what, reason: reasonOf(problems, file), again, printed };
    this.#failures.push(failure);
    this.#say(sentenceOf(failure));
  }

  #progress(): void {
    const seconds = String(Math.round((Date.now() - this.#startedMs) / 1000)).padStart(4);
    const [longest] = this.#running;
    const failed = this.#failures.length === 0 ? "" : `, ${this.#failures.length} failed`;
    this.#say(
      `${seconds} s  ${this.#filesDone} of ${count(this.#files, "file")}, ${this.#testsDone.toLocaleString("en-US")} of ${count(this.#tests, "test")} found so far${failed}${longest === undefined ? "" : `; now ${longest}`}`,
    );
  }

  #say(text: string): void {
    this.#toldMs = Date.now();
    console.log(process.stdout.isTTY ? text : stripVTControlCharacters(text));
  }
}

const printedOf = (printed: string): string => {
  const lines = printed.trimEnd().split("\n");
  if (lines.join("") === "") return "";
  const shown = lines.slice(-PRINTED_LINES_MAX);
  const left = lines.length > shown.length ? `, the last ${shown.length} of ${lines.length} lines` : "";
  return `\n    it printed${left}:\n${indent(shown.map((line) => `  ${line}`))}`;
};

const sentenceOf = ({ what, reason, again, printed }: Failure): string =>
  `FAILED ${what}\n${indent(reason.split("\n").slice(0, REASON_LINES_MAX))}${printedOf(printed)}\n    again: ${again}`;
