import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { closeServer } from "../closeServer.ts";
import { listen } from "../listen.ts";
import { readBody } from "../readBody.ts";
import { answerCall, type Reply } from "./answerCall.ts";
import { answerControl, CONTROL_PREFIX } from "./controlRoutes.ts";
import { refuse } from "./documentedErrors.ts";
import { readCall, type IncomingCall } from "./incomingCall.ts";
import { operationsOn, type Operations } from "./operations.ts";
import { seedWorld } from "./seed.ts";
import { sendReply } from "./sendReply.ts";
import type { PartnerCenterSettings } from "./settings.ts";
import { createState, type State } from "./state.ts";
import type { World } from "./world.ts";

export interface PartnerCenterOptions {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  /** @default {seedWorld()} */
  readonly world?: World;
  readonly settings?: Partial<PartnerCenterSettings>;
}

export interface PartnerCenter extends Operations {
  readonly port: number;
  /** The value for PARTNER_CENTER_URL. */
  readonly url: string;
  /** As it is now; may be changed. After a reset it is another one. */
  readonly world: World;
  /** Ends every connection, those that hang too. */
  close(): Promise<void>;
}

const noteCall = ({ method, target, route, msRequestId, correlationId }: IncomingCall, state: State) =>
  state.journal.addCall({
    at: new Date().toISOString(),
    method,
    path: target,
    ...(route.kind === "found" ? { customerId: route.customerId } : {}),
    ...(route.kind === "found" && route.userId !== "" ? { userId: route.userId } : {}),
    msRequestId,
    correlationId,
  });

const replyTo = async (call: IncomingCall, state: State, signal: AbortSignal): Promise<Reply> => {
  try {
    return await answerCall(call, state, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    // A mistake in here must show, and not look like a client's
    const description = `The local Partner Center failed: ${error instanceof Error ? error.message : ""}`;
    return { kind: "answer", answer: refuse(500, 800003, { description }) };
  }
};

const serveCall = async (
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  signal: AbortSignal,
): Promise<void> => {
  const call = await readCall(request);
  const onAnswer = noteCall(call, state);
  const reply = await replyTo(call, state, signal);
  await sendReply(response, reply, { call, wording: state.settings, signal, onAnswer });
};

const CONTROL_MAX_BYTES = 1024 * 1024;
const serveControl = async (
  request: IncomingMessage,
  response: ServerResponse,
  operations: Operations,
  world: World,
): Promise<void> => {
  const body = await readBody(request, CONTROL_MAX_BYTES);
  const { method = "GET", url = "/" } = request;
  const { status, body: answer } =
    body === "tooLarge"
      ? { status: 413, body: { error: `Cannot read more than ${CONTROL_MAX_BYTES} bytes` } }
      : answerControl(method, url, body.toString("utf8"), { operations, world });
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
};

/**
 * Plays Partner Center's license calls on a loopback address.
 * @throws {LocalStartError} when the port is taken
 * @throws {z.ZodError} for a setting that is none
 */
export const startPartnerCenter = async ({
  port: wantedPort,
  world = seedWorld(),
  settings = {},
}: PartnerCenterOptions): Promise<PartnerCenter> => {
  const state = createState(world, settings);
  const operations = operationsOn(state);
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    const isControl = request.url?.startsWith(CONTROL_PREFIX) === true;
    const served = isControl
      ? serveControl(request, response, operations, state.world)
      : serveCall(request, response, state, stopping.signal);
    served.catch(() => response.destroy());
  });
  const port = await listen(server, {
    part: "Partner Center",
    setting: "LOCAL_PARTNER_CENTER_PORT",
    port: wantedPort,
  });
  return {
    ...operations,
    port,
    url: `http://127.0.0.1:${port}`,
    get world() {
      return state.world;
    },
    close: async () => {
      stopping.abort();
      if (server.listening) await closeServer(server);
    },
  };
};
