import { spawnSync } from "node:child_process";

import { describe } from "vitest";

/** What a program of another platform needs on this machine. */
export interface Tool {
  /** As people call it. */
  readonly name: string;
  readonly command: string;
  /** The first good version: its first number. */
  readonly major: number;
}

export const dotnet: Tool = { name: ".NET SDK", command: "dotnet", major: 10 };
export const python: Tool = { name: "Python", command: "python3", major: 3 };

/** A tool that does not say its version in so long will not do its work either. */
const ASK_MS = 20_000;

/** Commands that are to be done without, such as "dotnet,python3": their packages may be out of reach. */
const WITHOUT: readonly string[] = (process.env["WITHOUT"] ?? "").split(",");

const ask = ({ name, command, major }: Tool): string | undefined => {
  if (WITHOUT.includes(command)) return `WITHOUT names ${command}`;
  const { error, status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8", timeout: ASK_MS });
  if (error !== undefined && "code" in error && error.code === "ENOENT") return `there is no ${name}`;
  if (error !== undefined) return `${command} --version fails: ${error.message}`;
  // dotnet is there with a runtime alone, and fails
  if (status !== 0) return `there is no ${name}: ${command} --version ends with ${status}`;
  const found = /(\d+)[\d.]*/.exec(stdout);
  if (found === null) return `${command} --version says no version`;
  return Number(found[1]) < major ? `${name} ${found[0]} is too old: ${major} is needed` : undefined;
};

const known = new Map<Tool, string | undefined>();

/** Why a tool cannot be used here; undefined when it can. It is asked once. */
export const whyNot = (tool: Tool): string | undefined => {
  if (!known.has(tool)) known.set(tool, ask(tool));
  return known.get(tool);
};

/** Tests that need a tool. Without it each of them is counted as skipped, and the title says why. */
export const describeWith = (tool: Tool, title: string, tests: () => void): void => {
  const why = whyNot(tool);
  const said = why === undefined ? "" : ` (skipped: ${why})`;
  describe.skipIf(why !== undefined)(`${title}${said}`, () => {
    tests();
  });
};
