import { contracts, doors, layers } from "./layers.ts";
import { type Import, importsOf, type SourceFile } from "./source.ts";

/** Says whether a path inside src/ starts as a pattern says; `*` stands for one name. */
export function startsAs(path: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]+");
  const closed = pattern === "" || pattern.endsWith("/") || pattern.endsWith(".ts");
  return new RegExp(`^${escaped}${closed ? "" : "(?:[./]|$)"}`).test(path);
}

/** The room a file of src/ is in: its plug-in folder, or else the longest row of the table that fits. */
function roomOf(path: string): readonly [room: string, allowed: readonly string[]] | undefined {
  const fitting = layers.filter(([room]) => startsAs(path, room));
  return [...fitting].sort(([left], [right]) => right.length - left.length)[0];
}

/** Says whether two files are in the same room; `providers/gcp` and `providers/edge` are two, though one row speaks of both. */
function isSameRoom(room: string, from: string, to: string): boolean {
  if (!startsAs(to, room) || roomOf(to)?.[0] !== room) return false;
  if (!room.includes("*")) return true;
  return from.split("/")[1] === to.split("/")[1];
}

/** Imports that the table of layers does not allow. */
export function layerFaults(files: readonly SourceFile[]): readonly string[] {
  return inSource(files).flatMap(({ file, path }) => {
    const row = roomOf(path);
    if (row === undefined) return [`${file.path} is in no room of the table of layers`];
    const [room, allowed] = row;
    return importsOf(file).flatMap(({ target }) => {
      if (target === undefined) return [];
      if (!target.startsWith("src/")) return [`${file.path} imports ${target}, which is outside src/`];
      const to = target.slice("src/".length);
      const fine = isSameRoom(room, path, to) || allowed.some((pattern) => startsAs(to, pattern));
      return fine
        ? []
        : [`${file.path} may not import ${target} (${room} may see ${allowed.join(", ") || "nothing of ours"})`];
    });
  });
}

/** Packages that are imported outside their one room. */
export function doorFaults(files: readonly SourceFile[]): readonly string[] {
  return inSource(files).flatMap(({ file, path }) =>
    importsOf(file).flatMap(({ specifier, target }) => {
      if (target !== undefined || specifier.startsWith("node:")) return [];
      const name = packageOf(specifier);
      const rooms = Object.hasOwn(doors, name) ? (doors[name] ?? []) : undefined;
      if (rooms === undefined) return [`${file.path} imports ${name}, which has no door`];
      return rooms.some((room) => startsAs(path, room))
        ? []
        : [`${file.path} may not import ${name}: its door is ${rooms.join(", ")}`];
    }),
  );
}

/** Specifiers that are not written as this project writes them. */
export function specifierFaults(files: readonly SourceFile[]): readonly string[] {
  return files.filter(isCode).flatMap((file) =>
    importsOf(file)
      .filter(({ specifier }) => specifier.startsWith(".") && !/\.(ts|json)$/.test(specifier))
      .map(({ specifier }) => `${file.path} imports "${specifier}" without its ending`),
  );
}

/** Circles of imports, types included: each as the files on it. */
export function circles(files: readonly SourceFile[]): readonly string[] {
  const graph = new Map(files.filter(isCode).map((file) => [file.path, importsOf(file).map(targetOf)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path);
    if (seen >= 0) found.push([...trail.slice(seen), path].join(" → "));
    if (seen >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** Files that are named as contracts but say more than types and their error. */
export function contractFaults(files: readonly SourceFile[]): readonly string[] {
  return inSource(files)
    .filter(({ path }) => contracts.includes(path))
    .flatMap(({ file }) =>
      importsOf(file)
        .filter(({ typeOnly, target }) => !typeOnly || target === undefined)
        .map(({ specifier }) => `${file.path} is a contract and may import types only, not ${specifier}`),
    );
}

function isCode(file: SourceFile): boolean {
  return file.path.endsWith(".ts");
}

function targetOf(one: Import): string {
  return one.target ?? "";
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function inSource(files: readonly SourceFile[]): readonly { readonly file: SourceFile; readonly path: string }[] {
  return files
    .filter((file) => isCode(file) && file.path.startsWith("src/"))
    .map((file) => ({ file, path: file.path.slice("src/".length) }));
}
