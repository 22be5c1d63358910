import { z } from "zod";

import { failed, toBundle, toItem, type Answer } from "./answer.ts";
import {
  findSecretProblem,
  type SecretProperties,
  type SecretStore,
  type SecretVersion,
} from "./secretStore.ts";

/** A request whose token is good. */
export interface VaultRequest {
  readonly method: string;
  /** The parts of the path after `/secrets/`, decoded; an empty one is left out. */
  readonly path: readonly string[];
  readonly body: string;
}

const Properties = z.object({
  contentType: z.string().nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  attributes: z
    .object({ enabled: z.boolean().nullish(), nbf: z.number().nullish(), exp: z.number().nullish() })
    .nullish(),
});
const NewSecret = Properties.extend({ value: z.string() });

const toProperties = ({
  contentType,
  tags,
  attributes,
}: z.infer<typeof Properties>): Partial<SecretProperties> => ({
  ...(typeof attributes?.enabled === "boolean" ? { enabled: attributes.enabled } : {}),
  contentType: contentType ?? undefined,
  tags: tags ?? undefined,
  nbf: attributes?.nbf ?? undefined,
  exp: attributes?.exp ?? undefined,
});

const parseBody = <T>(schema: z.ZodType<T>, body: string): T | undefined => {
  try {
    return schema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
};

const badParameter = (problem: string): Answer =>
  failed(400, "BadParameter", `Cannot serve this request: ${problem}`);

const notFound = (name: string): Answer =>
  failed(404, "SecretNotFound", `A secret with (name/id) ${name} was not found in this key vault.`);

const disabled = failed(
  403,
  "Forbidden",
  "Operation get is not allowed on a disabled secret.",
  "SecretDisabled",
);

const setSecret = (store: SecretStore, url: string, name: string, body: string): Answer => {
  const wanted = parseBody(NewSecret, body);
  const problem = wanted === undefined ? "the body is no secret" : findSecretProblem(name, wanted.value);
  if (wanted === undefined || problem !== undefined) return badParameter(problem ?? "");
  return { status: 200, body: toBundle(url, store.set(name, wanted.value, toProperties(wanted))) };
};

const updateSecret = (store: SecretStore, url: string, found: SecretVersion, body: string): Answer => {
  const changes = parseBody(Properties, body);
  if (changes === undefined) return badParameter("the body is no set of properties");
  return { status: 200, body: toItem(url, store.update(found, toProperties(changes))) };
};

/** Gets, sets and updates secrets and lists their versions, as the REST interface does. */
export const handle = (store: SecretStore, url: string, { method, path, body }: VaultRequest): Answer => {
  const [name, version, ...rest] = path;
  if (name === undefined || rest.length > 0) return badParameter(`no ${method} of "${path.join("/")}" here`);
  if (method === "PUT" && version === undefined) return setSecret(store, url, name, body);
  if (method === "GET" && version === "versions")
    return {
      status: 200,
      body: { value: store.versionsOf(name).map((one) => toItem(url, one)), nextLink: null },
    };
  const found = store.get(name, version);
  if (found === undefined) return notFound(path.join("/"));
  if (method === "PATCH") return updateSecret(store, url, found, body);
  if (method !== "GET") return badParameter(`no ${method} of a secret here`);
  return found.properties.enabled ? { status: 200, body: toBundle(url, found) } : disabled;
};
