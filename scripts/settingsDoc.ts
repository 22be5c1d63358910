import { readFileSync } from "node:fs";

import { z } from "zod";

import { readBrokerConfig } from "../local/broker/loadConfig.ts";
import { parseTimeSpan } from "../local/host/timeSpan.ts";
import { localSettings } from "../local/localSettings.ts";
import { GATE_BUDGET_MS } from "../shared/change/update.ts";
import { LICENSE_UPDATES } from "../shared/message/entities.ts";
import { settingGroups, Settings } from "../shared/settings.ts";
import { row } from "./markdown.ts";

const readJson = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));

const toSpan = (ms: number): string => {
  const minutes = ms / 60_000;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours === 0 ? "" : `${hours} h`, rest === 0 ? "" : `${rest} min`].filter(Boolean).join(" ");
};

const HostFile = z.object({ functionTimeout: z.string() });

/** How long a request that meets only passing trouble is tried in all. */
const inAll = (): string => {
  const { queues } = readBrokerConfig(readJson("servicebus.config.json"));
  const queue = queues.find(({ name }) => name === LICENSE_UPDATES);
  const timeoutMs = parseTimeSpan(HostFile.parse(readJson("host.json")).functionTimeout);
  if (queue === undefined || timeoutMs === undefined)
    throw new Error(
      `Cannot tell how long a request is tried: no ${LICENSE_UPDATES} in servicebus.config.json, or no time in functionTimeout of host.json`,
    );
  const { maxDeliveryCount: times, defaultTtlMs } = queue;
  const holdSeconds = Settings.shape.HOLD_BUDGET_SECONDS.parse(undefined);
  return [
    `**In all**, a request that meets only such trouble is tried for the hold budget × \`MaxDeliveryCount\` of the queue \`${LICENSE_UPDATES}\`: ${holdSeconds} s × ${times} = ${toSpan(holdSeconds * 1000 * times)}. Then it is a dead letter, and from there the poison message \`retries-exhausted\`.`,
    `Behind the [token gate](partner-center.md#the-gate) a delivery is held for ${toSpan(GATE_BUDGET_MS)}: × ${times} = ${toSpan(GATE_BUDGET_MS * times)}, then poison \`token-gate\`.`,
    `The time to live of the queue bounds both (${toSpan(defaultTtlMs)} in \`servicebus.config.json\`; choose a longer one in Azure): what is given back after it is poison \`expired\`, or \`token-gate\`.`,
    `Stay below ${toSpan(timeoutMs - GATE_BUDGET_MS)}: a delivery may be held for both in turn, and \`functionTimeout\` in \`host.json\` ends it after ${toSpan(timeoutMs)}`,
  ].join(" ");
};

/** What a setting comes to together with others. */
const additions: Readonly<Record<string, () => string>> = { HOLD_BUDGET_SECONDS: inAll };

/** What has to be given, and how: what an empty environment lacks. */
const needed: ReadonlyMap<string, string> = new Map(
  Settings.safeParse({}).error?.issues.map(({ path, message }) => [
    path.join("."),
    message.includes(", or set ") ? "needed, or its alternative" : "needed",
  ]),
);

const toText = (value: unknown): string => {
  if (value instanceof URL) return value.href.replace(/\/$/, "");
  if (Array.isArray(value)) return value.join(",");
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
};

const escape = (text: string): string => text.replaceAll(/[<>|*_]/g, "\\$&");

/** What the start says of a value that is none: it names those that it takes, with an example where no default is one. */
const valuesOf = (setting: z.ZodType, fallback: string): string => {
  const message = setting.safeParse("?").error?.issues[0]?.message ?? "";
  const values = message.replace(/^must be /, "");
  return escape(fallback === "" ? values : values.replace(/,? such as .*$/, ""));
};

const settingRow = (name: string, setting: z.ZodType): string => {
  const fallback = toText(setting.safeParse(undefined).data);
  const shown = fallback === "" ? "" : `\`${fallback}\``;
  return row([
    `\`${name}\``,
    valuesOf(setting, fallback),
    needed.get(name) ?? shown,
    [setting.description, additions[name]?.()].filter(Boolean).join(". "),
  ]);
};

const group = (title: string, settings: Readonly<Record<string, z.ZodType>>): string =>
  [
    `## ${title}`,
    "",
    row(["Setting", "Value", "Default", "Meaning"]),
    row(["---", "---", "---", "---"]),
    ...Object.entries(settings).map(([name, setting]) => settingRow(name, setting)),
    "",
  ].join("\n");

/** The text of docs/settings.md. */
export const settingsDoc = (): string =>
  [
    "# Settings",
    "",
    "Made from `shared/settings.ts` and `local/localSettings.ts` by `npm run docs`; do not edit by hand.",
    "",
    "In Azure, settings are the application settings of the function app. On this machine they are environment variables, or `Values` of `local.settings.json` (copy `local.settings.sample.json`); an environment variable wins over the file, an empty one too. An empty value counts as not given.",
    "",
    "Wrong and missing settings stop the start with a message that names all of them and what they take. It never prints a value.",
    "",
    "Do not use the names `AZURE_CLIENT_ID`, `AZURE_TENANT_ID` or `AZURE_CLIENT_SECRET` for the Partner Center app: the Azure SDK reads them to sign in to Azure.",
    "",
    "Two terms: a **hold** is the waiting in place of one delivery, and its lane waits with it; the **back-off** is the growing waits inside a hold. Schedules are NCRONTAB with six fields, in UTC.",
    "",
    ...settingGroups.map(({ title, settings }) => group(title, settings)),
    "## Only on this machine",
    "",
    "Read by `npm start` and by the parts of [local Azure](local-azure.md). Port 0 takes any free one.",
    "",
    row(["Setting", "Default", "Meaning"]),
    row(["---", "---", "---"]),
    ...localSettings.map(({ name, fallback, meaning }) => row([`\`${name}\``, `\`${fallback}\``, meaning])),
    "",
    "The command line reads settings of its own: `npx license-relay --help`. What the Functions host reads is in [Microsoft's list](https://learn.microsoft.com/azure/azure-functions/functions-app-settings).",
    "",
  ].join("\n");
