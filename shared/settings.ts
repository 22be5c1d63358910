import { z } from "zod";

import { isLoopback } from "./loopback.ts";
import { atMost } from "./request/length.ts";
import { readForeign, type Problem } from "./request/readForeign.ts";

const url = (example: string) =>
  z
    .url({ protocol: /^https?$/, error: `must be a URL such as ${example}` })
    .transform((value) => new URL(value))
    .refine((value) => value.protocol === "https:" || isLoopback(value), {
      error: `must begin with https:// (plain http only for this machine), such as ${example}`,
    })
    .refine(({ username, password, search }) => username === "" && password === "" && search === "", {
      error: `must be an address without user, password or query, such as ${example}`,
    });

const wholeNumber = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}, such as ${fallback}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, {
      error: `must be from ${min} to ${max}, such as ${fallback}`,
    })
    .default(fallback);

const connectionString = z
  .string()
  .regex(
    /(?:^|;)Endpoint=sb:\/\/[^;]+/i,
    'must be a connection string such as "Endpoint=sb://<name>.servicebus.windows.net/;SharedAccessKeyName=…;SharedAccessKey=…"',
  );

const namespace = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+$/,
    'must be a host name such as "<name>.servicebus.windows.net", without sb:// and without a slash',
  );

const storageConnectionString = z
  .string()
  .regex(
    /^UseDevelopmentStorage=true;?$|(?:^|;)AccountName=[^;]+/i,
    'must be the connection string of a storage account such as "DefaultEndpointsProtocol=https;AccountName=<name>;AccountKey=…"',
  );

const list = (item: RegExp, rule: string) =>
  z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .refine((parts) => parts.every((part) => item.test(part)), { error: rule });

const hostNames = list(
  /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/,
  'must be host names with commas between them, such as "acme.zendesk.com,hooks.example.com"',
).transform((hosts) => hosts.map((host) => host.toLowerCase()));

/** As Standard Webhooks has it: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h after the try before. */
const STANDARD_SCHEDULE = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
const SCHEDULE_MAX = 20;

const schedule = list(
  /^\d{1,6}$/,
  `must be whole numbers of seconds with commas between them, such as "5,300,1800"`,
)
  .transform((parts) => parts.map(Number))
  .refine((waits) => waits.length <= SCHEDULE_MAX && waits.every((wait) => wait <= 604_800), {
    error: `must have at most ${SCHEDULE_MAX} waits of at most 604800 seconds`,
  })
  .default(STANDARD_SCHEDULE);

const secretName = (fallback: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9-]{1,127}$/, "must be the name of a secret: 1 to 127 letters, digits and hyphens")
    .default(fallback);

const tenant = z
  .string()
  .regex(
    /^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$/,
    'must be the id of the partner\'s own tenant, or a domain of it, such as "contoso.onmicrosoft.com"',
  );

const ncrontab = (fallback: string) =>
  z
    .string()
    .regex(
      /^(?:[\d*,/-]+ ){5}[\d*,/-]+$/,
      `must be a schedule of six fields, the first of them seconds, such as "${fallback}"`,
    )
    .default(fallback);

/** Settings of which one must be given: a connection string, or an address to use with a managed identity. */
const ALTERNATIVES = [
  [
    "ServiceBusConnection",
    "ServiceBusConnection__fullyQualifiedNamespace",
    'is missing; set it to a connection string, or set ServiceBusConnection__fullyQualifiedNamespace to "<name>.servicebus.windows.net" to use a managed identity',
  ],
  [
    "AzureWebJobsStorage",
    "LEDGER_TABLES_URL",
    'is missing; set it to the connection string of a storage account, or set LEDGER_TABLES_URL to "https://<name>.table.core.windows.net" to use a managed identity',
  ],
] as const;

/** Settings that go together: renewal is on when both are given. */
const PAIRS = [
  ["PARTNER_TENANT_ID", "PARTNER_CLIENT_ID"],
  ["PARTNER_CLIENT_ID", "PARTNER_TENANT_ID"],
] as const;

// What docs/settings.md says: `npm run docs` reads the meanings, the defaults and the values from here

const connections = {
  ServiceBusConnection: connectionString
    .optional()
    .describe(
      "Connection string of the Service Bus namespace. Give it or the next one; with both, this one is used",
    ),
  ServiceBusConnection__fullyQualifiedNamespace: namespace
    .optional()
    .describe("Host name of the namespace, to use it with a managed identity"),
  ServiceBusConnection__clientId: z
    .guid("must be the client id of a managed identity, a GUID")
    .optional()
    .describe(
      "A user-assigned managed identity, for Service Bus, the vault and the ledger; the triggers then need `ServiceBusConnection__credential` = `managedidentity` too",
    ),
  KEY_VAULT_URL: url("https://<name>.vault.azure.net").describe(
    "The vault with the tokens and with the secrets of ticketing systems",
  ),
};

const partner = {
  PARTNER_CENTER_URL: url("https://api.partnercenter.microsoft.com")
    .default(new URL("https://api.partnercenter.microsoft.com"))
    .describe("Address of the Partner Center API"),
  PARTNER_TOKEN_SECRET: secretName("partner-access-token").describe(
    "Secret with the partner access token: an App+User token for `https://api.partnercenter.microsoft.com`, obtained with MFA",
  ),
  PARTNER_TENANT_ID: tenant
    .optional()
    .describe(
      "The partner's own tenant. With this one and the next, the relay renews the token; without both, somebody else stores it",
    ),
  PARTNER_CLIENT_ID: z
    .guid('must be the application (client) id, a GUID such as "05e9a617-0261-4cee-bb44-138d3ef5d965"')
    .toLowerCase()
    .optional()
    .describe("The app that is registered for it in that tenant"),
  PARTNER_REFRESH_TOKEN_SECRET: secretName("partner-refresh-token").describe("Secret with the refresh token"),
  PARTNER_CREDENTIAL_SECRET: secretName("partner-app-credential").describe(
    "Secret with the app's certificate (PEM with its key) or its client secret",
  ),
  PARTNER_AUTHORITY_URL: url("https://login.microsoftonline.com")
    .default(new URL("https://login.microsoftonline.com"))
    .describe("Address of Microsoft Entra"),
  RENEWAL_SCHEDULE: ncrontab("0 */5 * * * *").describe(
    "When the tokens are looked after: renewed, and alerts about them told",
  ),
};

const ledger = {
  AzureWebJobsStorage: storageConnectionString
    .optional()
    .describe(
      "Connection string of the storage account whose tables are the ledger. Give it or the next one; with both, the next one is used. In Azure the Functions host itself needs this account in any case, or `AzureWebJobsStorage__accountName` with a managed identity",
    ),
  LEDGER_TABLES_URL: url("https://<name>.table.core.windows.net")
    .optional()
    .describe("Address of the tables, to use them with a managed identity"),
  LEDGER_RETENTION_DAYS: wholeNumber(1, 3650, 90).describe(
    "How long the ledger keeps what has ended. A refusal that nobody has replayed or discarded is kept for good",
  ),
};

const operators = {
  EASY_AUTH: z
    .stringbool({ error: 'must be "true" or "false"' })
    .default(false)
    .describe(
      "`true` when App Service authentication stands in front of the app and names the operators. Otherwise leave it `false`: anybody could send a name",
    ),
};

const waiting = {
  LANES_PER_CUSTOMER: wholeNumber(1, 64, 4).describe(
    "How many users of one customer can be changed at the same time. Every sender must use the same number",
  ),
  HOLD_BUDGET_SECONDS: wholeNumber(1, 1200, 240).describe(
    "How long one delivery is held at most for trouble that passes (429, 5xx, time-outs, no token); then its message goes back to the head of its lane",
  ),
  RETRY_BASE_MILLISECONDS: wholeNumber(10, 60_000, 1000).describe(
    "The first back-off of a hold. The next ones double, up to 30 s; chance takes off up to half of each, and none is shorter than `Retry-After`",
  ),
};

const deadLetters = {
  DEAD_LETTERS_SCHEDULE: ncrontab("*/15 * * * * *").describe(
    "When the dead-letter queues are read. What this costs is in [operations.md](operations.md#dead-letters)",
  ),
};

const calls = {
  PARTNER_CENTER_TIMEOUT_SECONDS: wholeNumber(1, 300, 60).describe("How long an answer may take"),
  PARTNER_CENTER_CONNECT_TIMEOUT_SECONDS: wholeNumber(1, 60, 10).describe("How long a connection may take"),
  PARTNER_CENTER_CONNECTIONS: wholeNumber(1, 256, 32).describe("Connections of one instance, at most"),
  PARTNER_CENTER_CALLS_PER_SECOND: wholeNumber(1, 1000, 100).describe(
    "Calls per second of one instance, at most; the throttle is found out below that",
  ),
};

const proofAndSeats = {
  PROOF_DELAY_SECONDS: wholeNumber(0, 86_400, 300).describe(
    "How long after a success the user's licenses are read to see it; 0 turns proofs off",
  ),
  PROOF_SCHEDULE: ncrontab("30 * * * * *").describe("When the proofs that are due are made"),
  SEATS_SCHEDULE: ncrontab("0 * * * * *").describe("When requests that wait for seats are looked at"),
};

const tickets = {
  TICKETS_FOLDER: z
    .string()
    .check(atMost(1000))
    .default("tickets")
    .describe("Folder with the sources of tickets, in the app or absolute"),
  CALLBACK_HOSTS: hostNames
    .optional()
    .describe("The only hosts at which tickets are told; without it, every public host"),
  CALLBACK_LOOPBACK: z
    .stringbool({ error: 'must be "true" or "false"' })
    .default(false)
    .describe("`true` lets callbacks go to this machine, with plain http too"),
  CALLBACK_TIMEOUT_SECONDS: wholeNumber(1, 60, 20).describe("How long a ticketing system may take to answer"),
  CALLBACK_SCHEDULE_SECONDS: schedule.describe(
    "The waits between the tries of a callback; after the last try it is a poison message",
  ),
};

interface SettingGroup {
  readonly title: string;
  readonly settings: Readonly<Record<string, z.ZodType>>;
}

/** The settings in groups, as docs/settings.md shows them. */
export const settingGroups: readonly SettingGroup[] = [
  { title: "Service Bus and Key Vault", settings: connections },
  { title: "Partner Center and its token", settings: partner },
  { title: "Ledger", settings: ledger },
  { title: "Operators", settings: operators },
  { title: "Lanes and waiting", settings: waiting },
  { title: "Dead letters", settings: deadLetters },
  { title: "Calls to Partner Center", settings: calls },
  { title: "Proof and seats", settings: proofAndSeats },
  { title: "Tickets", settings: tickets },
];

/** Every setting of the functions, in the units the code uses. */
export const Settings = z
  .object({
    ...connections,
    ...partner,
    ...ledger,
    ...operators,
    ...waiting,
    ...deadLetters,
    ...calls,
    ...proofAndSeats,
    ...tickets,
  })
  .superRefine(
    (settings, context) => {
      for (const [path, other, message] of ALTERNATIVES) {
        if (settings[path] === undefined && settings[other] === undefined)
          context.addIssue({ code: "custom", path: [path], message });
      }
      for (const [path, other] of PAIRS) {
        if (settings[path] === undefined && settings[other] !== undefined)
          context.addIssue({
            code: "custom",
            path: [path],
            message: `is missing; ${other} is set, and one needs the other`,
          });
      }
    },
    { when: () => true },
  );
export type Settings = z.infer<typeof Settings>;

/** Settings are wrong or missing; the message names each with what is wrong and an example, never its value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const sentence = ({ pointer, detail }: Problem, env: Environment): string => {
  const name = pointer.slice(1);
  const isMissing = env[name] === undefined && !detail.startsWith("is missing");
  return `  ${name} ${isMissing ? "is missing; it " : ""}${detail}`;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment → settings. An empty value counts as not given.
 * @throws {SettingsError} with all problems at once
 */
export const readSettings = (environment: Environment): Settings => {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ""));
  const read = readForeign(Settings, env);
  if (read.ok) return read.value;
  const lines = read.problems.map((problem) => sentence(problem, env));
  throw new SettingsError(`Cannot start: settings are wrong\n${lines.join("\n")}`);
};
