import { randomBytes } from "node:crypto";

/** Key Vault's own limit. */
const MAX_SECRET_BYTES = 25 * 1024;
/** Far more than a test or a day of work makes; older ones are dropped. */
const MAX_VERSIONS = 100;
const SECRET_NAME = /^[0-9a-zA-Z-]{1,127}$/;

/** What can be changed after a secret was set. Times are in Unix seconds, for information only, as in Azure. */
export interface SecretProperties {
  readonly enabled: boolean;
  readonly contentType?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly nbf?: number | undefined;
  readonly exp?: number | undefined;
}

export interface SecretVersion {
  readonly name: string;
  /** 32 hexadecimal characters. */
  readonly version: string;
  readonly value: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly properties: SecretProperties;
}

export interface SecretStore {
  /** Adds a version, which becomes the newest. */
  set(name: string, value: string, properties?: Partial<SecretProperties>): SecretVersion;
  /** The version asked for, or the newest. Names are not case-sensitive. */
  get(name: string, version?: string): SecretVersion | undefined;
  /** Newest first; empty when there is no such secret. */
  versionsOf(name: string): readonly SecretVersion[];
  /** Leaves alone what is not given. */
  update(found: SecretVersion, changes: Partial<SecretProperties>): SecretVersion;
}

/** Why a secret cannot be stored; `undefined` when it can. */
export const findSecretProblem = (name: string, value: string): string | undefined => {
  if (!SECRET_NAME.test(name)) return `the name "${name}" is not 1 to 127 letters, digits and hyphens`;
  const size = Buffer.byteLength(value);
  return size > MAX_SECRET_BYTES ? `the value has ${size} bytes, more than ${MAX_SECRET_BYTES}` : undefined;
};

export const createSecretStore = (now: () => number): SecretStore => {
  const secrets = new Map<string, SecretVersion[]>();
  const versionsOf = (name: string): SecretVersion[] => secrets.get(name.toLowerCase()) ?? [];
  return {
    set: (name, value, properties = {}) => {
      const added: SecretVersion = {
        name,
        version: randomBytes(16).toString("hex"),
        value,
        createdMs: now(),
        updatedMs: now(),
        properties: { ...properties, enabled: properties.enabled ?? true },
      };
      secrets.set(name.toLowerCase(), [added, ...versionsOf(name)].slice(0, MAX_VERSIONS));
      return added;
    },
    get: (name, version) =>
      version === undefined
        ? versionsOf(name)[0]
        : versionsOf(name).find((candidate) => candidate.version === version.toLowerCase()),
    versionsOf,
    update: (found, { enabled, contentType, tags, nbf, exp }) => {
      const { properties } = found;
      const updated: SecretVersion = {
        ...found,
        updatedMs: now(),
        properties: {
          enabled: enabled ?? properties.enabled,
          contentType: contentType ?? properties.contentType,
          tags: tags ?? properties.tags,
          nbf: nbf ?? properties.nbf,
          exp: exp ?? properties.exp,
        },
      };
      const versions = versionsOf(found.name).map((one) => (one.version === found.version ? updated : one));
      secrets.set(found.name.toLowerCase(), versions);
      return updated;
    },
  };
};
