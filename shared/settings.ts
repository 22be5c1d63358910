import { z } from "zod";

import { isLoopback } from "./loopback.ts";

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

/** Every setting of the functions, in the units the code uses. */
const Settings = z
  .object({
    ServiceBusConnection: connectionString.optional(),
    ServiceBusConnection__fullyQualifiedNamespace: namespace.optional(),
    ServiceBusConnection__clientId: z.guid("must be the client id of a managed identity, a GUID").optional(),
    KEY_VAULT_URL: url("https://<name>.vault.azure.net"),
    PARTNER_CENTER_URL: url("https://api.partnercenter.microsoft.com").default(
      new URL("https://api.partnercenter.microsoft.com"),
    ),
    PARTNER_TOKEN_SECRET: secretName("partner-access-token"),
    PARTNER_TENANT_ID: tenant.optional(),
    PARTNER_CLIENT_ID: z
      .guid('must be the application (client) id, a GUID such as "05e9a617-0261-4cee-bb44-138d3ef5d965"')
      .toLowerCase()
      .optional(),
    PARTNER_REFRESH_TOKEN_SECRET: secretName("partner-refresh-token"),
    PARTNER_CREDENTIAL_SECRET: secretName("partner-app-credential"),
    PARTNER_AUTHORITY_URL: url("https://login.microsoftonline.com").default(
      new URL("https://login.microsoftonline.com"),
    ),
    RENEWAL_SCHEDULE: ncrontab("0 */5 * * * *"),
    AzureWebJobsStorage: storageConnectionString.optional(),
    LEDGER_TABLES_URL: url("https://<name>.table.core.windows.net").optional(),
    LEDGER_RETENTION_DAYS: wholeNumber(1, 3650, 90),
    EASY_AUTH: z.stringbool({ error: 'must be "true" or "false"' }).default(false),
    LANES_PER_CUSTOMER: wholeNumber(1, 64, 4),
    HOLD_BUDGET_SECONDS: wholeNumber(1, 1200, 240),
    RETRY_BASE_MILLISECONDS: wholeNumber(10, 60_000, 1000),
    PARTNER_CENTER_TIMEOUT_SECONDS: wholeNumber(1, 300, 60),
    PARTNER_CENTER_CONNECT_TIMEOUT_SECONDS: wholeNumber(1, 60, 10),
    PARTNER_CENTER_CONNECTIONS: wholeNumber(1, 256, 32),
    PARTNER_CENTER_CALLS_PER_SECOND: wholeNumber(1, 1000, 100),
    PROOF_DELAY_SECONDS: wholeNumber(0, 86_400, 300),
    PROOF_SCHEDULE: ncrontab("30 * * * * *"),
    SEATS_SCHEDULE: ncrontab("0 * * * * *"),
    TICKETS_FOLDER: z.string().max(1000).default("tickets"),
    CALLBACK_HOSTS: hostNames.optional(),
    CALLBACK_LOOPBACK: z.stringbool({ error: 'must be "true" or "false"' }).default(false),
    CALLBACK_TIMEOUT_SECONDS: wholeNumber(1, 60, 20),
    CALLBACK_SCHEDULE_SECONDS: schedule,
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

const sentence = ({ path, message, code }: z.core.$ZodIssue, env: Environment): string => {
  const name = path.join(".");
  const isMissing = code === "invalid_format" || code === "invalid_type" ? env[name] === undefined : false;
  return `  ${name} ${isMissing ? "is missing; it " : ""}${message}`;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment → settings. An empty value counts as not given.
 * @throws {SettingsError} with all problems at once
 */
export const readSettings = (environment: Environment): Settings => {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ""));
  const { success, data, error } = Settings.safeParse(env);
  if (success) return data;
  const lines = error.issues.map((issue) => sentence(issue, env));
  throw new SettingsError(`Cannot start: settings are wrong\n${lines.join("\n")}`);
};
