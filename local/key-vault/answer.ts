import { present } from "../../shared/present.ts";
import type { SecretVersion } from "./secretStore.ts";

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error in Key Vault's words. */
export const failed = (status: number, code: string, message: string, innerCode?: string): Answer => ({
  status,
  body: { error: { code, message, ...(innerCode === undefined ? {} : { innererror: { code: innerCode } }) } },
});

/** How a version looks without its value. */
export const toItem = (
  url: string,
  { name, version, createdMs, updatedMs, properties }: SecretVersion,
): object => ({
  id: `${url}/secrets/${name}/${version}`,
  ...present({ contentType: properties.contentType }),
  attributes: {
    enabled: properties.enabled,
    ...present({ nbf: properties.nbf, exp: properties.exp }),
    created: Math.floor(createdMs / 1000),
    updated: Math.floor(updatedMs / 1000),
    recoveryLevel: "Recoverable+Purgeable",
    recoverableDays: 90,
  },
  tags: properties.tags ?? {},
});

/** How a version looks with its value. */
export const toBundle = (url: string, secret: SecretVersion): object => ({
  value: secret.value,
  ...toItem(url, secret),
});
