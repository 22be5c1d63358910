import { parseArgs } from "node:util";

import { present } from "../../shared/present.ts";
import { toEventLine } from "../eventLine.ts";
import { keysFor, readKeys } from "../functionKeys.ts";
import { readPort } from "../ports.ts";
import { runAlone, type Running } from "../runAlone.ts";
import { describeError } from "./hostLog.ts";
import { startHost, type Host } from "./startHost.ts";

const SETTING = "LOCAL_FUNCTIONS_PORT";
const help = `Runs the functions of an app on this machine, on the settings of the environment.

  node local/host/main.ts [--root <folder>] [--pattern <glob>] [--port <port>]

  --root     the folder with host.json; default: the current one
  --pattern  which files register functions, relative to the root; default: functions/*.ts
  --port     where it listens; default: ${SETTING}, or 7071
  --help     this text

LOCAL_FUNCTION_KEY (default: local) opens functions; LOCAL_OPERATOR_KEY (default: local-operator) opens all of them.`;

const banner = ({ url, functions }: Host): string =>
  [
    `Functions host: ${url}`,
    ...functions.map(({ name, trigger, route, methods = [] }) =>
      route === undefined
        ? `  ${name}: ${trigger}`
        : `  ${name}: [${methods.length === 0 ? "ANY" : methods.join(",")}] ${url}${route}`,
    ),
  ].join("\n");

const start = async (): Promise<Running | undefined> => {
  const { values } = parseArgs({
    options: {
      root: { type: "string" },
      pattern: { type: "string" },
      port: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(help);
    return undefined;
  }
  const { env } = process;
  const keys = readKeys(env);
  const host = await startHost({
    root: values.root ?? process.cwd(),
    ...present({ pattern: values.pattern }),
    port: readPort(SETTING, { [SETTING]: values.port ?? env[SETTING] }),
    keysFor: keysFor(keys),
    masterKey: keys.operatorKey,
    onLog: (entry) => console.log(toEventLine(entry)),
  });
  console.log(banner(host));
  return host;
};

// In Azure, too, either one ends the worker with all that it does at the time
const endWorker = (what: string) => (error: unknown) => {
  console.error(`Cannot go on: ${what} in the app: ${describeError(error)}`);
  process.exit(1);
};
process.on("uncaughtException", endWorker("uncaught exception"));
process.on("unhandledRejection", endWorker("unhandled rejection"));

await runAlone(start);
