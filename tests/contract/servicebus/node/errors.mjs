// What is refused has the code that programs look at.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connectionString, numbered, receive, unrenewed, withClient, withCode, withLinks } from "./links.mjs";

describe("errors", { concurrency: true }, () => {
  test("a lock that ended is lost", () =>
    withLinks(
      "short",
      async (sender, receiver, client) => {
        await sender.sendMessages(numbered(1));
        const [message] = await receive(receiver);
        const [again] = await receive(client.createReceiver("short"));
        assert.equal(again.deliveryCount, 1);
        await assert.rejects(receiver.completeMessage(message), withCode("MessageLockLost"));
      },
      unrenewed,
    ));

  test("a queue that is not there is not found", () =>
    withClient(async (client) => {
      await assert.rejects(client.createSender("nowhere").sendMessages({ body: "" }), withCode("MessagingEntityNotFound"));
      await assert.rejects(client.createReceiver("nowhere").receiveMessages(1), withCode("MessagingEntityNotFound"));
    }));

  test("a wrong key is refused", () =>
    withClient(async (client) => {
      await assert.rejects(client.createSender("short").sendMessages({ body: "" }), withCode("UnauthorizedAccess"));
    }, connectionString.replace(/SharedAccessKey=[^;]*/, "SharedAccessKey=ANOTHER_KEY")));

  test("what is too large is refused and the sender goes on", () =>
    withLinks("too-large", async (sender, receiver) => {
      const large = sender.sendMessages({ body: "x".repeat(300_000) });
      await assert.rejects(large, withCode("MessageSizeExceeded"));
      await sender.sendMessages(numbered(1));
      assert.equal((await receive(receiver)).length, 1);
    }));

  test("a deferred message that is not there is not found", () =>
    withLinks("annotated", async (sender, receiver) => {
      const [number] = await sender.scheduleMessages(numbered(1), new Date(Date.now() + 3_600_000));
      await assert.rejects(receiver.receiveDeferredMessages(number), withCode("MessageNotFound"));
    }));
});
