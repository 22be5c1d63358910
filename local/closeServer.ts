import type { Server } from "node:http";

/** Stops listening and cuts what is still connected. */
export const closeServer = async (server: Server): Promise<void> => {
  const closed = server[Symbol.asyncDispose]();
  server.closeAllConnections();
  await closed;
};
