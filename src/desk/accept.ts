import type { Change } from "../core/change.ts";
import { digest } from "../core/identity.ts";
import type { Json } from "../core/json.ts";
import type { FieldChange, Resource } from "../core/resource.ts";
import { type Edit, editManifest } from "../datum/edit.ts";
import { locate } from "../datum/locate.ts";
import { decide } from "../decide.ts";
import { facts as passFacts, type World } from "../reconcile.ts";
import { codeSpan, plainText } from "../report/markdown-text.ts";
import { countOf } from "../report/text.ts";
import { shownFields, valueText } from "../report/value.ts";
import type { Review } from "../review.ts";
import type { Answer } from "./answer.ts";
import { isNamed } from "./grammar.ts";

/** How many reasons are told why something cannot be taken over. */
const reasonsShown = 20;
const valueWidth = 60;

interface Wish {
  readonly file: string;
  readonly address: string;
  readonly edit: Edit;
}

/**
 * Opens a pull request that writes drifted values into the manifests of the tracked branch; without addresses, all that drifted.
 * What manifests cannot say is told instead. Asking again for the same opens nothing twice.
 */
export async function acceptDrift(
  desk: Review,
  addresses: readonly string[],
  by: string,
  signal: AbortSignal,
): Promise<Answer> {
  const { world, forge } = desk;
  const head = await world.repository.head(world.branch, signal);
  const drifted = (await driftAt(world, head, signal)).filter(({ address }) => isNamed(address, addresses));
  if (drifted.length === 0) return { isDone: false, text: "Nothing of that has drifted." };
  const texts = await textsOf(world, head, drifted, signal);
  const reasons: string[] = [];
  const wishes = drifted.flatMap((change) => wishesOf(world, change, texts, reasons));
  const files = edited(wishes, texts, reasons);
  const left = reasonsText(reasons);
  if (files.length === 0) return { isDone: false, text: `Nothing of it can be written into a manifest.\n\n${left}` };
  const taken = [...new Set(wishes.map(({ address }) => address))];
  const pull = await forge.propose(
    {
      branch: `plumbline/accept-${digest([world.judges.fleet, files]).slice(0, 12)}`,
      ...{ baseBranch: world.branch, baseCommit: head, files },
      title: `Accept ${countOf(taken.length, "drifted thing")} as ${taken.length === 1 ? "it is" : "they are"}`,
      message: `Accept drift\n\n${taken.join("\n")}`,
      body: `Asked for by ${codeSpan(by)}. Merging makes the manifests say what lives:\n\n${taken.map((address) => `- ${codeSpan(address)}`).join("\n")}\n\n${left}`,
    },
    signal,
  );
  return { isDone: true, text: `#${pull.number} writes it into the manifests.${left === "" ? "" : `\n\n${left}`}` };
}

/** What the world alone changed, with how it stands beside the head. */
async function driftAt(world: World, head: string, signal: AbortSignal): Promise<readonly Change[]> {
  const { store, judges, repository } = world;
  const inventory = await store.inventory(judges.fleet);
  const previous = await store.fact(judges.fleet, passFacts.applied);
  const decision = await decide(judges, {
    ...{ repository, commit: head, inventory, previous, signal, onProgress: () => undefined },
  });
  const changes = decision.plan?.changes ?? [];
  return changes.filter(({ cause, action }) => cause !== "commit" && action !== "keep" && action !== "conflict");
}

async function textsOf(
  { repository, judges }: World,
  head: string,
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(changes.flatMap(({ resource }) => resource?.source.file ?? []));
  const files = (await repository.files(head, judges.prefix)).filter(({ path }) => wanted.has(path));
  const blobs = await repository.read(
    files.map(({ blobId }) => blobId),
    signal,
  );
  const decoder = new TextDecoder();
  return new Map(files.map(({ path, blobId }) => [path, decoder.decode(blobs.get(blobId))]));
}

function wishesOf(
  world: World,
  change: Change,
  texts: ReadonlyMap<string, string>,
  reasons: string[],
): readonly Wish[] {
  const { resource, address } = change;
  if (resource === undefined || change.fields.length === 0) {
    reasons.push(
      `${address}: ${change.action === "create" ? "it is gone; take it out of its manifest, or let it be made again" : change.reason}`,
    );
    return [];
  }
  return change.fields.flatMap((field) => {
    const wish = wishOf(world, resource, field, texts);
    if (wish === undefined) {
      const [shown] = shownFields(resource.kind, [field]);
      const live = valueText(shown?.before, valueWidth);
      reasons.push(`${address}: manifests have no word for ${field.path} ${live}`);
    }
    return wish ?? [];
  });
}

function wishOf(
  world: World,
  resource: Resource,
  field: FieldChange,
  texts: ReadonlyMap<string, string>,
): Wish | undefined {
  const provider = world.judges.providers.find(({ name }) => name === resource.provider);
  const written = provider?.written?.(resource, field);
  const source = written?.path === undefined ? field.source : resource.source;
  const text = texts.get(source?.file ?? "");
  if (written === undefined || source === undefined || text === undefined) return undefined;
  const located = locate(text, source);
  if (located === undefined) return undefined;
  const isField = located.path.length > 0 && located.shape === shapeOf(written.value);
  if (written.path === undefined && !isField) return undefined;
  const path = written.path ?? located.path;
  return { file: source.file, address: resource.address, edit: { index: located.index, path, value: written.value } };
}

function shapeOf(value: Json | undefined): "scalar" | "list" | "map" {
  if (Array.isArray(value)) return "list";
  return typeof value === "object" && value !== null ? "map" : "scalar";
}

/** The files with all their edits; several things of one manifest often wish the same. */
function edited(
  wishes: readonly Wish[],
  texts: ReadonlyMap<string, string>,
  reasons: string[],
): readonly { readonly path: string; readonly content: string }[] {
  const files = new Map<string, Map<string, Wish>>();
  for (const wish of wishes) {
    const place = JSON.stringify([wish.edit.index, wish.edit.path]);
    const inFile = files.get(wish.file) ?? new Map<string, Wish>();
    const other = inFile.get(place);
    if (other !== undefined && JSON.stringify(other.edit.value) !== JSON.stringify(wish.edit.value))
      reasons.push(`${wish.address}: ${other.address} comes from the same line and is otherwise`);
    else inFile.set(place, wish);
    files.set(wish.file, inFile);
  }
  return [...files].flatMap(([path, inFile]) => {
    const before = texts.get(path) ?? "";
    const after = editManifest(
      before,
      [...inFile.values()].map(({ edit }) => edit),
    );
    if ("refusal" in after) reasons.push(`${path}: ${after.refusal}`);
    return "text" in after && after.text !== before ? [{ path, content: after.text }] : [];
  });
}

function reasonsText(reasons: readonly string[]): string {
  if (reasons.length === 0) return "";
  const shown = [...new Set(reasons)].slice(0, reasonsShown).map((reason) => `- ${plainText(reason)}`);
  return ["Not taken over:", "", ...shown].join("\n");
}
