import { connect } from "node:net";

/** What came back over a connection. */
export interface Answered {
  /** Undefined when nothing came. */
  readonly status: number | undefined;
  readonly isLate: boolean;
}

/**
 * Writes bytes to a port. A whole call waits for its answer; of any other the end is not waited for longer than a
 * moment, then the client goes away.
 */
export const sendBytes = (
  port: number,
  bytes: Buffer,
  { isWhole, limitMs }: { readonly isWhole: boolean; readonly limitMs: number },
): Promise<Answered> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const timer = setTimeout(() => end(isWhole), isWhole ? limitMs : 20);
    const end = (isLate: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const status = /^HTTP\/1\.1 (?<status>[2-5]\d\d)/m.exec(answer)?.groups?.["status"];
      resolve({ status: status === undefined ? undefined : Number(status), isLate });
    };
    socket.on("data", (chunk) => {
      if (answer.length < 1000) answer += chunk.toString("latin1");
    });
    socket.once("close", () => end(false));
    // The other side may cut the connection while bytes are still on their way
    socket.on("error", () => undefined);
    socket.write(bytes);
  });
