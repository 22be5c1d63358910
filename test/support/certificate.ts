import { createSign, generateKeyPairSync } from "node:crypto";

/** DER: a type, its length, its content. */
const der = (type: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([type, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");
const SHA256_RSA = sequence(der(0x06, bytes("2a864886f70d01010b")), der(0x05));
/** CN=license-relay */
const NAME = sequence(
  der(0x31, sequence(der(0x06, bytes("550403")), der(0x0c, Buffer.from("license-relay")))),
);
const VALIDITY = sequence(der(0x17, Buffer.from("250101000000Z")), der(0x17, Buffer.from("450101000000Z")));

const toPem = (what: string, content: Uint8Array): string =>
  `-----BEGIN ${what}-----\n${(
    Buffer.from(content)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  ).join("\n")}\n-----END ${what}-----\n`;

/** A new self-signed certificate with its key, as Key Vault gives it out: PEM (RFC 5280). */
export const selfSigned = (): string => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    SHA256_RSA,
    NAME,
    VALIDITY,
    NAME,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = createSign("sha256").update(body).sign(privateKey);
  const certificate = sequence(body, SHA256_RSA, der(0x03, Buffer.from([0]), signature));
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return `${key}${toPem("CERTIFICATE", certificate)}`;
};
