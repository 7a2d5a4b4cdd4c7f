import type { FleetRow } from "../../core/outcome.ts";
import type { AuditRecord, PassRecord } from "../../store/store.ts";

/** What the page of one fleet shows. Everything comes out of the store; nothing outside is asked. */
export interface FleetExhibit {
  readonly fleet: string;
  readonly repository: string;
  /** Where people look at the project, e.g. `https://github.com/acme/fleet`; empty where there is no forge. */
  readonly projectUrl: string;
  readonly branch: string;
  readonly appliedCommit: string;
  /** Who put it on hold; empty when nobody did. */
  readonly heldBy: string;
  readonly rows: readonly FleetRow[];
  readonly passes: readonly PassRecord[];
  readonly incidents: readonly { readonly address: string; readonly openedAt: string; readonly flaps: number }[];
  readonly pulls: readonly PullExhibit[];
  readonly audit: readonly AuditRecord[];
}

/** One pull request as it was last reviewed. */
export interface PullExhibit {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly headCommit: string;
  readonly verdict: string;
  readonly reviewedAt: string;
  /** Marks on its head, e.g. `plumbline/plan` → what it says. */
  readonly marks: readonly { readonly context: string; readonly state: string; readonly description: string }[];
  /** Remarks on lines of manifests. */
  readonly remarks: readonly { readonly place: string; readonly severity: string; readonly message: string }[];
  /** The comment, as Markdown. */
  readonly comment: string;
}
