/** The tables as Kysely sees them. Text and integers only, so that any SQL database can hold them; JSON stands as text. */
export interface Tables {
  entries: EntryRow;
  facts: FactRow;
  passes: PassRow;
  incidents: IncidentRow;
  requests: RequestRow;
}

/** One inventory entry. */
export interface EntryRow {
  fleet: string;
  address: string;
  /** The whole entry as JSON. */
  body: string;
}

/** One small fact. */
export interface FactRow {
  fleet: string;
  name: string;
  value: string;
}

/** One pass of history. */
export interface PassRow {
  fleet: string;
  number: number;
  wake: string;
  commit_id: string;
  plan_id: string;
  outcome: string;
  started_at: string;
  finished_at: string;
  details: string;
}

/** One thing somebody asked for. */
export interface RequestRow {
  fleet: string;
  number: number;
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  result: string;
}

/** The last incident of one address. */
export interface IncidentRow {
  fleet: string;
  address: string;
  opened_at: string;
  last_seen_at: string;
  resolved_at: string | null;
  flaps: number;
  details: string;
}
