/** Forward steps of the schema: the step at index n brings version n to n + 1. A step that was released is never edited. */
export const migrations: readonly (readonly string[])[] = [
  [
    `create table entries (
      fleet text not null, address text not null, body text not null,
      primary key (fleet, address))`,
    `create table facts (
      fleet text not null, name text not null, value text not null,
      primary key (fleet, name))`,
    `create table passes (
      fleet text not null, number integer not null, wake text not null, commit_id text not null, plan_id text not null,
      outcome text not null, started_at text not null, finished_at text not null, details text not null,
      primary key (fleet, number))`,
    `create table incidents (
      fleet text not null, address text not null, opened_at text not null, last_seen_at text not null, resolved_at text,
      flaps integer not null, details text not null,
      primary key (fleet, address))`,
  ],
  [
    `create table requests (
      fleet text not null, number integer not null, id text not null, at text not null, actor text not null,
      action text not null, subject text not null, result text not null,
      primary key (fleet, id))`,
  ],
];

/** Where the version is kept; made before any step. */
export const versionTable = "create table if not exists schema_version (version integer not null)";
