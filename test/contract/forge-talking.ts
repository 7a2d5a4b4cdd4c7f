import * as assert from "uvu/assert";
import type { InForge } from "./forge-world.ts";

/** Conversations: notes, tickets, remarks, reactions, permissions. */
export function testTalking(inForge: InForge): void {
  inForge("a note stands once, changes in place, shrinks and goes", async (world) => {
    const { forge, signal } = world;
    const { number } = await world.openPull("grow");
    const write = (...parts: string[]) => forge.note(number, { key: "plan/example", parts }, signal);
    assert.is(await write("first", "second", "third"), "written");
    assert.equal(world.texts(number), ["first", "second", "third"]);
    const before = world.writes();
    assert.is(await write("first", "second", "third"), "unchanged");
    const again = await world
      .again()
      .note(number, { key: "plan/example", parts: ["first", "second", "third"] }, signal);
    assert.is(again, "unchanged");
    assert.is(world.writes(), before);
    assert.is(await write("first", "2"), "written");
    assert.equal(world.texts(number), ["first", "2"]);
    assert.is(await write(), "written");
    assert.equal(world.texts(number), []);
    assert.is(await write(), "unchanged");
  });

  inForge("notes of other keys and other conversations are left alone, hostile text included", async (world) => {
    const { forge, signal } = world;
    const [one, two] = [await world.openPull("one"), await world.openPull("two")];
    const hostile = "```\n<!-- --> @ann <b>\u202e 🚀 \\ $x\n```";
    await forge.note(one.number, { key: "plan/a", parts: [hostile] }, signal);
    await forge.note(one.number, { key: "plan/b", parts: ["b"] }, signal);
    await forge.note(two.number, { key: "plan/a", parts: ["two"] }, signal);
    assert.is(await forge.note(one.number, { key: "plan/a", parts: [hostile] }, signal), "unchanged");
    await forge.note(one.number, { key: "plan/b", parts: [] }, signal);
    assert.equal([world.texts(one.number), world.texts(two.number)], [[hostile], ["two"]]);
  });

  inForge("a ticket is opened, changed, closed and opened again under one number", async (world) => {
    const { forge, signal } = world;
    const ticket = { key: "drift/example", title: "Drift in fleet example", body: "1 thing", isOpen: true };
    assert.is(await forge.ticket({ ...ticket, isOpen: false }, signal), undefined);
    assert.equal(world.tickets(), []);
    const number = await forge.ticket(ticket, signal);
    const stands = { number, title: ticket.title, body: "1 thing", isOpen: true };
    assert.equal(world.tickets(), [stands]);
    const before = world.writes();
    assert.is(await forge.ticket(ticket, signal), number);
    assert.is(await world.again().ticket(ticket, signal), number);
    assert.is(world.writes(), before);
    assert.is(await forge.ticket({ ...ticket, body: "well again", isOpen: false }, signal), number);
    assert.equal(world.tickets(), [{ ...stands, body: "well again", isOpen: false }]);
    assert.is(await world.again().ticket(ticket, signal), number);
    assert.equal(world.tickets(), [stands]);
    assert.is.not(await forge.ticket({ ...ticket, key: "drift/other" }, signal), number);
  });

  inForge("remarks come oldest first, with who wrote them and where; our own are a program's", async (world) => {
    const { forge, signal } = world;
    const { number } = await world.openPull("grow");
    await world.say(number, "ann", "/plan");
    await forge.note(number, { key: "plan/example", parts: ["ours"] }, signal);
    await world.say(number, "eve", "/approve 0123456789ab");
    const remarks = await forge.remarks("2000-01-01T00:00:00Z", signal);
    const people = remarks.filter(({ isByBot }) => !isByBot);
    assert.equal(
      people.map(({ author, body, thread, isPullRequest }) => [author, body, thread, isPullRequest]),
      [
        ["ann", "/plan", number, true],
        ["eve", "/approve 0123456789ab", number, true],
      ],
    );
    assert.equal([...new Set(remarks.map(({ id }) => id))].length, remarks.length);
    const times = remarks.map(({ writtenAt }) => writtenAt);
    assert.equal(times, [...times].sort());
    assert.equal(await forge.remarks("2999-01-01T00:00:00Z", signal), []);
    assert.is((await forge.remarks(times[0] ?? "", signal)).length >= 1, true, "the moment itself is included");
  });

  inForge("remarks of issues say so", async (world) => {
    const { forge, signal } = world;
    const number = await forge.ticket({ key: "drift/x", title: "Drift", body: "b", isOpen: true }, signal);
    await world.say(number ?? 0, "ann", "/revert");
    const [remark] = (await forge.remarks("2000-01-01T00:00:00Z", signal)).filter(({ isByBot }) => !isByBot);
    assert.equal([remark?.thread, remark?.isPullRequest, remark?.body], [number, false, "/revert"]);
  });

  inForge("a reaction says seen, then what came of it", async (world) => {
    const { forge, signal } = world;
    const { number } = await world.openPull("grow");
    await world.say(number, "ann", "/plan");
    const [remark] = await forge.remarks("2000-01-01T00:00:00Z", signal);
    if (remark === undefined) throw new Error("what was said is not found");
    await forge.react(remark, "seen", signal);
    assert.equal(world.reactions(number), ["seen"]);
    const before = world.writes();
    await forge.react(remark, "seen", signal);
    assert.is(world.writes(), before);
    await forge.react(remark, "refused", signal);
    assert.equal(world.reactions(number), ["refused"]);
  });

  inForge("what people may do is asked of the forge", async (world) => {
    const { forge, signal } = world;
    for (const permission of ["admin", "write", "read", "none"] as const) {
      world.setPermission("ann", permission);
      assert.is(await world.again().permission("ann", signal), permission);
    }
    assert.is(await forge.permission("../ann", signal), "none");
  });
}
