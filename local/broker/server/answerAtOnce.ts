import type { Socket } from "node:net";

/** A frame without content: AMQP's heartbeat. */
const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

/**
 * Answers what needs no answer with an empty frame. Without it the system waits some 40 ms before it acknowledges the
 * bytes, and the client, which joins small writes (Nagle's algorithm), waits that long with its next frame.
 * To be started when the connection is open: there are no frames before.
 */
export const answerAtOnce = (socket: Socket): void => {
  socket.on("data", () => {
    const writtenBytes = socket.bytesWritten;
    setImmediate(() => {
      if (socket.writable && socket.bytesWritten === writtenBytes) socket.write(EMPTY_FRAME);
    });
  });
};
