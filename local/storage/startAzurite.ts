import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { listen, LocalStartError } from "../listen.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
const START_MS = 20_000;
const CLOSE_MS = 5000;
const POLL_MS = 20;
const TRIES = 3;

/** Azurite's table service. */
export interface Azurite {
  readonly port: number;
  close(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listen(server, { part: "Storage", setting: "LOCAL_STORAGE_PORT", port: 0 });
  server.close();
  await once(server, "close");
  return port;
};

const accepts = async (port: number): Promise<boolean> => {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;

const runChild = async (folder: string | undefined, port: number): Promise<ChildProcess | undefined> => {
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const persistence = folder === undefined ? ["--inMemoryPersistence"] : ["--location", folder];
  const child = fork(
    CHILD,
    [
      "--tableHost",
      "127.0.0.1",
      "--tablePort",
      String(port),
      "--silent",
      "--disableTelemetry",
      "--skipApiVersionCheck",
      ...persistence,
    ],
    // A group of its own: Ctrl-C is for the functions, which may still have to write
    { detached: true, stdio: ["ignore", "ignore", "ignore", "ipc"] },
  );
  const end = Date.now() + START_MS;
  while (isRunning(child) && Date.now() < end) {
    if (await accepts(port)) return child;
    await sleep(POLL_MS);
  }
  child.kill("SIGKILL");
  return undefined;
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (!isRunning(child)) return;
  const ended = once(child, "exit");
  // It writes its data before it ends
  child.send("shutdown");
  const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_MS);
  await ended;
  clearTimeout(timer);
};

/**
 * Starts Azurite on a free port.
 * @param folder where it keeps its data; without one it keeps them in memory
 * @throws {LocalStartError} when it does not come up
 */
export const startAzurite = async (folder: string | undefined): Promise<Azurite> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = await freePort();
    const child = await runChild(folder, port);
    if (child !== undefined) return { port, close: () => stop(child) };
  }
  throw new LocalStartError(
    `Cannot start Storage: Azurite does not come up${folder === undefined ? "" : `; look at its data in ${folder}`}`,
  );
};
