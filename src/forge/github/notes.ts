import type { Json } from "../../core/json.ts";
import { ForgeError, type Note } from "../forge.ts";
import { type Desk, isBy } from "./desk.ts";
import { refuseLongBody } from "./limits.ts";
import { hashOf, isSameBody, markedBody, markerOf } from "./marker.ts";
import { createLocks, createMemory } from "./memory.ts";
import { removeComment } from "./removal.ts";
import { idAt, textAt } from "./wire.ts";

const rememberedNotes = 2_000;
const maxPages = 100;

/** Notes that stand in conversations under a key. */
export interface Notes {
  write(thread: number, note: Note, signal: AbortSignal): Promise<"written" | "unchanged">;
}

/** One of our comments as it stands there now. */
interface Standing {
  readonly id: string;
  readonly nodeId: string;
  readonly body: string;
}

/** What was last written under a key, and how GitHub gave it back. */
interface Written {
  readonly ids: readonly string[];
  /** Comment id → fingerprints of what was sent and of what GitHub made of it. */
  readonly echoes: ReadonlyMap<string, { readonly sent: string; readonly stored: string }>;
}

interface Writing {
  readonly desk: Desk;
  readonly thread: number;
  readonly key: string;
  readonly echoes: Map<string, { readonly sent: string; readonly stored: string }>;
  readonly signal: AbortSignal;
}

/** Keeps each note as few comments, written only when they read otherwise; one writer per conversation at a time. */
export function createNotes(desk: Desk): Notes {
  const memory = createMemory<Written>(rememberedNotes);
  const locked = createLocks();
  return {
    write: (thread, note, signal) =>
      locked(String(thread), async () => {
        const place = `${thread} ${note.key}`;
        const known = memory.get(place);
        const writing: Writing = { desk, thread, key: note.key, echoes: new Map(known?.echoes), signal };
        const bodies = note.parts.map((text, index) => markedBody(note.key, index + 1, note.parts.length, text));
        for (const body of bodies) refuseLongBody(body, `Write a comment on #${thread}`);
        // Forgotten until it is done: after a failure the conversation is listed again.
        memory.delete(place);
        const { ids, written } = await settleKnown(writing, known?.ids ?? [], bodies);
        memory.set(place, { ids, echoes: new Map([...writing.echoes].filter(([id]) => ids.includes(id))) });
        return written ? "written" : "unchanged";
      }),
  };
}

/** Remembered comments first; when one of them is gone, all are looked for. */
async function settleKnown(writing: Writing, ids: readonly string[], bodies: readonly string[]) {
  const remembered = ids.length === 0 ? undefined : await readKnown(writing, ids, bodies);
  if (remembered === undefined) return await settle(writing, await listStanding(writing), bodies);
  try {
    return await settle(writing, remembered, bodies);
  } catch (error) {
    if (!(error instanceof ForgeError) || error.code !== "not-found") throw error;
    return await settle(writing, await listStanding(writing), bodies);
  }
}

/** The comments keep their order: the oldest holds the first part, what is missing is added at the end, what is over goes. */
async function settle(writing: Writing, standing: readonly Standing[], bodies: readonly string[]) {
  const ids: string[] = [];
  let written = false;
  let created = false;
  for (const [index, body] of bodies.entries()) {
    const found = standing[index];
    if (found === undefined) {
      ids.push(await create(writing, body));
      created = true;
    } else {
      ids.push(found.id);
      if (reads(writing, found, body)) {
        writing.echoes.set(found.id, { sent: hashOf(body), stored: hashOf(found.body) });
        continue;
      }
      await edit(writing, found.id, body);
    }
    written = true;
  }
  for (const surplus of standing.slice(bodies.length)) {
    await removeComment(writing.desk, surplus, writing.signal);
    written = true;
  }
  if (!created) return { ids, written };
  // Somebody else of us may have written at the same moment: the oldest stay.
  const now = await listStanding(writing);
  for (const double of now.slice(bodies.length)) await removeComment(writing.desk, double, writing.signal);
  return { ids: now.slice(0, bodies.length).map(({ id }) => id), written };
}

/** Whether a comment says what it shall: as sent, or as GitHub stored what was sent. */
function reads(writing: Writing, found: Standing, body: string): boolean {
  if (isSameBody(found.body, body)) return true;
  const echo = writing.echoes.get(found.id);
  return echo !== undefined && echo.sent === hashOf(body) && echo.stored === hashOf(found.body);
}

async function create(writing: Writing, body: string): Promise<string> {
  const { desk, thread, signal } = writing;
  const call = {
    route: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
    with: { issue_number: thread, body },
    ...about(thread),
    once: true,
  };
  try {
    const { data } = await desk.client.call(call, signal);
    const id = idAt(data, "id");
    writing.echoes.set(id, { sent: hashOf(body), stored: hashOf(textAt(data, "body")) });
    return id;
  } catch (error) {
    if (!(error instanceof ForgeError) || error.next !== "retry") throw error;
    // The answer was lost, perhaps not the comment.
    const standing = await listStanding(writing);
    const mine = standing.find((comment) => isSameBody(comment.body, body));
    if (mine === undefined) throw error;
    writing.echoes.set(mine.id, { sent: hashOf(body), stored: hashOf(mine.body) });
    return mine.id;
  }
}

async function edit(writing: Writing, id: string, body: string): Promise<void> {
  const { desk, thread, signal } = writing;
  const call = {
    route: "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
    with: { comment_id: id, body },
    ...about(thread),
  };
  const { data } = await desk.client.call(call, signal);
  writing.echoes.set(id, { sent: hashOf(body), stored: hashOf(textAt(data, "body")) });
}

/** Our comments by their ids; undefined when one of them is gone. What will be written anew is not read before. */
async function readKnown(
  writing: Writing,
  ids: readonly string[],
  bodies: readonly string[],
): Promise<readonly Standing[] | undefined> {
  const standing: Standing[] = [];
  for (const [index, id] of ids.entries()) {
    const body = bodies[index];
    if (body !== undefined && writing.echoes.get(id)?.sent !== hashOf(body)) {
      standing.push({ id, nodeId: "", body: "" });
      continue;
    }
    const call = {
      route: "GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
      with: { comment_id: id },
      ...about(writing.thread),
      kind: "read" as const,
    };
    const found = await writing.desk.client.find(call, writing.signal);
    if (found === undefined) return undefined;
    standing.push(standingOf(found.data));
  }
  return standing;
}

/** Everything of ours under the key, oldest first. A marker in somebody else's comment means nothing. */
async function listStanding(writing: Writing): Promise<readonly Standing[]> {
  const { desk, thread, key, signal } = writing;
  const call = {
    route: "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
    with: { issue_number: thread },
    doing: `Read the comments on #${thread}`,
    needs: "pull requests: read",
  };
  const login = await desk.login(signal);
  const comments = await desk.client.list(call, maxPages, signal);
  return comments
    .filter((comment) => isBy(login, comment) && markerOf(textAt(comment, "body"))?.key === key)
    .map(standingOf)
    .sort((left, right) => left.id.length - right.id.length || (left.id < right.id ? -1 : 1));
}

function standingOf(comment: Json): Standing {
  return { id: idAt(comment, "id"), nodeId: textAt(comment, "node_id"), body: textAt(comment, "body") };
}

function about(thread: number) {
  return {
    doing: `Write a comment on #${thread}`,
    needs: "pull requests: write, issues: write",
    kind: "content" as const,
  };
}
