// Sending, receiving and settling.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ids, numbered, receive, soon, withLinks } from "./links.mjs";

describe("messages", { concurrency: true }, () => {
  test("a message comes with all it was sent with", () =>
    withLinks("annotated", async (sender, receiver) => {
      const sent = {
        body: { device: "D-1001", codes: [11, 12] },
        applicationProperties: { text: "one", number: 2, truth: true },
        contentType: "application/json",
        correlationId: "correlation",
        messageId: "message",
        partitionKey: "partition",
        replyTo: "reply",
        subject: "subject",
        timeToLive: 60_000,
        to: "somebody",
      };
      await sender.sendMessages(sent);
      const [message] = await receive(receiver);
      const { body, applicationProperties, contentType, correlationId, messageId } = message;
      const { partitionKey, replyTo, subject, timeToLive, to } = message;
      const named = { body, applicationProperties, contentType, correlationId, messageId };
      assert.deepEqual({ ...named, partitionKey, replyTo, subject, timeToLive, to }, sent);
      assert.equal(message.deliveryCount, 0);
      assert.equal(message.state, "active");
      assert.ok(message.sequenceNumber.eq(1));
      assert.ok(message.enqueuedTimeUtc <= new Date());
      assert.ok(message.lockedUntilUtc > new Date());
      await receiver.completeMessage(message);
    }));

  test("a batch takes what fits and is stored as a whole", () =>
    withLinks("batches", async (sender, receiver) => {
      const batch = await sender.createMessageBatch();
      let count = 0;
      while (batch.tryAddMessage({ body: "x".repeat(10_000), messageId: String(count) })) {
        count += 1;
      }
      assert.equal(batch.count, count);
      assert.ok(count > 20 && count < 27, `${count} messages of 10 KB in 256 KB`);
      await sender.sendMessages(batch);
      assert.equal(new Set(ids(await receive(receiver, count))).size, count);
    }));

  test("many messages are had by a subscription", () =>
    withLinks("subscribed", async (sender, receiver) => {
      await sender.sendMessages(numbered(100));
      const seen = [];
      await new Promise((resolve, reject) => {
        receiver.subscribe(
          {
            processMessage: async (message) => {
              seen.push(message.messageId);
              if (seen.length === 100) resolve();
            },
            processError: async ({ error }) => reject(error),
          },
          { maxConcurrentCalls: 10 },
        );
      });
      assert.equal(new Set(seen).size, 100);
    }));

  test("a message received and deleted needs no settlement", () =>
    withLinks(
      "deleted",
      async (sender, receiver) => {
        await sender.sendMessages(numbered(3));
        assert.deepEqual(ids(await receive(receiver, 3)), ["0", "1", "2"]);
        assert.deepEqual(await receiver.peekMessages(1), []);
      },
      { receiveMode: "receiveAndDelete" },
    ));

  test("an abandoned message comes again and says that it does", () =>
    withLinks("abandoned", async (sender, receiver) => {
      await sender.sendMessages(numbered(1));
      const [first] = await receive(receiver);
      await receiver.abandonMessage(first);
      const [second] = await receive(receiver);
      assert.equal(second.deliveryCount, 1);
      await receiver.completeMessage(second);
    }));

  test("a dead letter has its reason", () =>
    withLinks("dead", async (sender, receiver, client) => {
      await sender.sendMessages(numbered(1));
      const [message] = await receive(receiver);
      await receiver.deadLetterMessage(message, {
        deadLetterReason: "Unreadable",
        deadLetterErrorDescription: "line 3",
      });
      const dead = client.createReceiver("dead", { subQueueType: "deadLetter" });
      const [letter] = await receive(dead);
      assert.equal(letter.deadLetterReason, "Unreadable");
      assert.equal(letter.deadLetterErrorDescription, "line 3");
      await dead.completeMessage(letter);
    }));

  test("a deferred message is had by its number", () =>
    withLinks("deferred", async (sender, receiver) => {
      await sender.sendMessages(numbered(1));
      const [message] = await receive(receiver);
      await receiver.deferMessage(message);
      const [peeked] = await receiver.peekMessages(1);
      assert.equal(peeked.state, "deferred");
      const [again] = await receiver.receiveDeferredMessages(message.sequenceNumber);
      assert.equal(again.messageId, "0");
      await receiver.completeMessage(again);
      assert.deepEqual(await receiver.peekMessages(1, { fromSequenceNumber: message.sequenceNumber }), []);
    }));

  test("scheduled messages come in time unless they are cancelled", () =>
    withLinks("scheduled", async (sender, receiver) => {
      const [cancelled] = await sender.scheduleMessages({ body: "", messageId: "cancelled" }, soon(3_600_000));
      const [peeked] = await receiver.peekMessages(1);
      assert.equal(peeked.state, "scheduled");
      await sender.cancelScheduledMessages(cancelled);
      assert.deepEqual(await receiver.peekMessages(1, { fromSequenceNumber: cancelled }), []);
      const due = soon(1_000);
      await sender.scheduleMessages(numbered(1), due);
      const [message] = await receive(receiver);
      assert.equal(message.messageId, "0");
      assert.ok(new Date() >= due);
      await receiver.completeMessage(message);
    }));

  test("peeking locks nothing and goes on where it ended", () =>
    withLinks("peeked", async (sender, receiver) => {
      await sender.sendMessages(numbered(5));
      assert.deepEqual(ids(await receiver.peekMessages(3)), ["0", "1", "2"]);
      const rest = await receiver.peekMessages(3);
      assert.deepEqual(ids(rest), ["3", "4"]);
      assert.deepEqual(ids(await receiver.peekMessages(1, { fromSequenceNumber: rest[0].sequenceNumber })), ["3"]);
      assert.equal((await receive(receiver, 5)).length, 5);
    }));

  test("a renewed lock holds longer", () =>
    withLinks("renewed", async (sender, receiver) => {
      await sender.sendMessages(numbered(1));
      const [message] = await receive(receiver);
      const before = message.lockedUntilUtc;
      const after = await receiver.renewMessageLock(message);
      assert.ok(after > before);
      await receiver.completeMessage(message);
    }));

  test("a repeated message is dropped", () =>
    withLinks("duplicates", async (sender, receiver) => {
      await sender.sendMessages(numbered(2));
      await sender.sendMessages(numbered(3));
      assert.deepEqual(ids(await receiver.peekMessages(10)), ["0", "1", "2"]);
    }));
});
