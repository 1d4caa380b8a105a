// Sessions: one receiver at a time, in order, with a state.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ids, numbered, receive, unrenewed, withClient, withCode } from "./links.mjs";

const send = (client, queue, sessionId, count) =>
  client.createSender(queue).sendMessages(numbered(count, { sessionId }));

describe("sessions", { concurrency: true }, () => {
  test("a session is accepted by its id and has its messages in order", () =>
    withClient(async (client) => {
      await send(client, "by-id", "A", 3);
      await send(client, "by-id", "B", 1);
      const receiver = await client.acceptSession("by-id", "A");
      assert.equal(receiver.sessionId, "A");
      const messages = await receive(receiver, 3);
      assert.deepEqual(ids(messages), ["0", "1", "2"]);
      for (const message of messages) {
        assert.equal(message.sessionId, "A");
        await receiver.completeMessage(message);
      }
      await receiver.close();
    }));

  test("the next session is one that has messages and no receiver", () =>
    withClient(async (client) => {
      await send(client, "next", "A", 1);
      await send(client, "next", "B", 1);
      const first = await client.acceptNextSession("next");
      const second = await client.acceptNextSession("next");
      assert.deepEqual([first.sessionId, second.sessionId].sort(), ["A", "B"]);
      await first.close();
      await second.close();
    }));

  test("a session's state is kept from one receiver to the next", () =>
    withClient(async (client) => {
      const first = await client.acceptSession("state", "A");
      assert.equal(await first.getSessionState(), null);
      await first.setSessionState(Buffer.from("half way"));
      await first.close();
      const second = await client.acceptSession("state", "A");
      assert.equal(Buffer.from(await second.getSessionState()).toString(), "half way");
      await second.close();
    }));

  test("a renewed session lock holds longer", () =>
    withClient(async (client) => {
      const receiver = await client.acceptSession("locked", "renewed");
      const before = receiver.sessionLockedUntilUtc;
      assert.ok(before > new Date());
      assert.ok((await receiver.renewSessionLock()) > before);
      await receiver.close();
    }));

  test("a session with a receiver is locked for others", () =>
    withClient(async (client) => {
      const receiver = await client.acceptSession("locked", "held");
      await assert.rejects(client.acceptSession("locked", "held"), withCode("SessionCannotBeLocked"));
      await receiver.close();
      await (await client.acceptSession("locked", "held")).close();
    }));

  test("a session lock that ended is lost", () =>
    withClient(async (client) => {
      await send(client, "short-sessions", "A", 1);
      const receiver = await client.acceptSession("short-sessions", "A", unrenewed);
      const [message] = await receive(receiver);
      const other = await acceptUntilFree(client, "short-sessions", "A");
      await assert.rejects(receiver.completeMessage(message), withCode("SessionLockLost"));
      const [again] = await receive(other);
      assert.equal(again.messageId, "0");
      await other.completeMessage(again);
      await other.close();
    }));

  test("a message without a session does not go into a queue of sessions", () =>
    withClient(async (client) => {
      await assert.rejects(client.createSender("state").sendMessages({ body: "" }), /SessionId was not set/);
    }));
});

async function acceptUntilFree(client, queue, sessionId) {
  for (;;) {
    try {
      return await client.acceptSession(queue, sessionId);
    } catch (error) {
      withCode("SessionCannotBeLocked")(error);
    }
  }
}
