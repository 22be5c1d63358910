import type { Server } from "node:net";

/** A part of local Azure could not start; the message says which, why, and what to set. */
export class LocalStartError extends Error {
  override readonly name = "LocalStartError";
}

export interface Address {
  /** What listens, as a person would call it: "Key Vault". */
  readonly part: string;
  /** The setting that changes the port: "LOCAL_KEY_VAULT_PORT". */
  readonly setting: string;
  /** 0 lets the system choose a free one. */
  readonly port: number;
  /** @default {"127.0.0.1"} */
  readonly host?: string;
}

/**
 * Listens and returns the port.
 * @throws {LocalStartError} when the port is taken or not allowed
 */
export const listen = (
  server: Server,
  { part, setting, port, host = "127.0.0.1" }: Address,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const why = error.code === "EADDRINUSE" ? `port ${port} is taken` : error.message;
      reject(
        new LocalStartError(`Cannot start ${part}: ${why}; set ${setting} to a free port`, { cause: error }),
      );
    };
    server.once("error", onError);
    server.listen(port, host, () => {
      server.off("error", onError);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
