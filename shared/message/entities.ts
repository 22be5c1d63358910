/** The Service Bus entities, as servicebus.config.json describes them. */
export const LICENSE_UPDATES = "license-updates";
export const LICENSE_UPDATES_POISON = "license-updates-poison";
export const LICENSE_OPERATIONS = "license-operations";
export const LICENSE_OUTCOMES = "license-outcomes";
/** The subscription of license-outcomes with what tickets are to be told. */
export const TICKETS = "tickets";
/** Outcomes that a ticketing system did not take yet. */
export const TICKET_CALLBACKS = "ticket-callbacks";
/** The setting that holds the connection, for triggers and senders alike. */
export const CONNECTION = "ServiceBusConnection";
