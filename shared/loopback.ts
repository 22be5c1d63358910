const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether a URL can only mean this machine. */
export const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.has(hostname);
