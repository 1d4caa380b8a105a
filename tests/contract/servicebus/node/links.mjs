// Clients of the unmodified SDK, and what tests do with them again and again.
import assert from "node:assert/strict";
import { ServiceBusClient } from "@azure/service-bus";

const PATIENCE = 20_000; // milliseconds after which a message that has not come is missing

export const connectionString = process.env.SERVICEBUS_CONNECTION;

// Run with a client that is closed whatever happens, and that does not try again: a test wants to see the first error.
export async function withClient(use, connection = connectionString) {
  const client = new ServiceBusClient(connection, { retryOptions: { maxRetries: 0, timeoutInMs: PATIENCE } });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

// The SDK renews locks by itself for five minutes, unless told not to: then they end as in other SDKs.
export const unrenewed = { maxAutoLockRenewalDurationInMs: 0 };

export const withLinks = (queue, use, options = {}) =>
  withClient((client) => use(client.createSender(queue), client.createReceiver(queue, options), client));

// Receive as many messages as must come.
export async function receive(receiver, count = 1) {
  const messages = [];
  while (messages.length < count) {
    const some = await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: PATIENCE });
    assert.ok(some.length, `${messages.length} of ${count} messages came`);
    messages.push(...some);
  }
  return messages;
}

export const numbered = (count, more = {}) =>
  Array.from({ length: count }, (_, number) => ({ body: "hello", messageId: String(number), ...more }));

export const ids = (messages) => messages.map((message) => message.messageId);

export const soon = (milliseconds) => new Date(Date.now() + milliseconds);

export const withCode = (code) => (error) => {
  assert.equal(error.code, code, error.message);
  return true;
};
