import { listen } from "../listen.ts";
import { createHttpServer, type HttpServerOptions } from "./httpTrigger.ts";
import type { Trigger } from "./trigger.ts";

export interface HttpTriggerOptions extends HttpServerOptions {
  /** 0 lets the system choose a free one. */
  readonly port: number;
}

/**
 * Starts to serve the HTTP functions on a loopback address.
 * @throws {LocalStartError} when the port is taken
 */
export const startHttpTrigger = async ({
  port,
  ...options
}: HttpTriggerOptions): Promise<{ readonly port: number; readonly trigger: Trigger }> => {
  const server = createHttpServer(options);
  const actualPort = await listen(server, { part: "Functions host", setting: "LOCAL_FUNCTIONS_PORT", port });
  let closed: Promise<void> | undefined;
  const trigger: Trigger = {
    pause: () => {
      closed = server[Symbol.asyncDispose]();
      return Promise.resolve();
    },
    close: async () => {
      server.closeAllConnections();
      await closed;
    },
  };
  return { port: actualPort, trigger };
};
