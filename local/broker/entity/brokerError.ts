/** What the broker answers when it cannot do what a client asks; both fields travel as they are. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  /** The AMQP error condition, such as "amqp:not-allowed". */
  readonly condition: string;

  constructor(condition: string, message: string) {
    super(message);
    this.condition = condition;
  }
}

/** The service's own words, where the SDK or people match on them. */
export const entityNotFound = (path: string): BrokerError =>
  new BrokerError(
    "amqp:not-found",
    `The messaging entity '${path}' could not be found. To know more visit https://aka.ms/sbResourceMgrExceptions.`,
  );

export const sessionIdMissing = (): BrokerError =>
  new BrokerError(
    "amqp:not-allowed",
    "The SessionId was not set on a message, and it cannot be sent to the entity. Entities that have session " +
      "support enabled can only receive messages that have the SessionId set to a valid value.",
  );

export const sessionsRequired = (): BrokerError =>
  new BrokerError(
    "amqp:not-allowed",
    "It is not possible for an entity that requires sessions to create a non-sessionful message receiver.",
  );

export const sessionsNotSupported = (): BrokerError =>
  new BrokerError(
    "amqp:not-allowed",
    "A sessionful message receiver cannot be created on an entity that does not require sessions. Ensure " +
      "RequiresSession is set to true when creating a Queue or Subscription to enable sessionful behavior.",
  );

export const messageLockLost = (): BrokerError =>
  new BrokerError(
    "com.microsoft:message-lock-lost",
    "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.",
  );

export const sessionLockLost = (): BrokerError =>
  new BrokerError(
    "com.microsoft:session-lock-lost",
    "The session lock has expired on the MessageSession. Accept a new MessageSession.",
  );

export const sessionCannotBeLocked = (sessionId: string): BrokerError =>
  new BrokerError(
    "com.microsoft:session-cannot-be-locked",
    `The requested session '${sessionId}' cannot be accepted. It may be locked by another receiver.`,
  );

export const messageNotFound = (): BrokerError =>
  new BrokerError(
    "com.microsoft:message-not-found",
    "Failed to lock one or more specified messages. The message does not exist.",
  );

export const quotaExceeded = (path: string, sizeBytes: number, maxBytes: number): BrokerError =>
  new BrokerError(
    "amqp:resource-limit-exceeded",
    `The maximum entity size has been reached or exceeded for '${path}'. Size of entity in bytes: ${sizeBytes}, ` +
      `max entity size in bytes: ${maxBytes}.`,
  );

export const timedOut = (): BrokerError =>
  new BrokerError("com.microsoft:timeout", "The operation did not complete within the allotted time.");
