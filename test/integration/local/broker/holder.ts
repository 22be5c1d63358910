import { ServiceBusClient } from "@azure/service-bus";

/** Holds a session and messages until it is killed; says so to its parent. */
const client = new ServiceBusClient(process.argv[2] ?? "");
const session = await client.acceptSession("q", "s");
await session.receiveMessages(2);
await client.createReceiver("plain").receiveMessages(2);
process.send?.("holding");
