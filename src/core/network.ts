import type { Address, Phase, StatusCondition } from "./resource.ts";

/** One thing that a presence is made of, and how far it is. */
export interface PresencePart {
  readonly address: Address;
  readonly provider: string;
  /** `planned`: wanted and not made yet. `unseen`: its world cannot be seen now. */
  readonly phase: Phase | "planned" | "unseen";
  /** The provider's own word, or what it waits for. */
  readonly detail: string;
  /** What it says of itself that is not true yet. */
  readonly missing: readonly StatusCondition[];
}

/** Who uses a network in a location. */
export interface NetworkUser {
  /** `namespace/name` of the deployment. */
  readonly deployment: string;
  readonly copies: number;
  /** Addresses of the copies that stand, in order of their ordinals. */
  readonly addresses: readonly string[];
}

/** A network in one location: its block, who uses it, how far it is. */
export interface NetworkPlace {
  readonly location: string;
  readonly cityCode: string;
  readonly key: string;
  readonly block: string;
  /** Another block that a world chose, and which: `10.134.0.0/20 at lhr`; empty when none did. */
  readonly given: string;
  /** Empty where the network carries no IPv6. */
  readonly ipv6: string;
  /** Instances that the block can hold, and how many want an address of it. */
  readonly room: number;
  readonly used: number;
  readonly free: number;
  readonly ready: boolean;
  readonly parts: readonly PresencePart[];
  readonly users: readonly NetworkUser[];
}

/** The address plan of one network. */
export interface NetworkPlan {
  /** `namespace/name`. */
  readonly network: string;
  readonly file: string;
  readonly line: number;
  readonly families: readonly string[];
  readonly mtu: number;
  readonly range: string;
  /** The IPv6 prefix; empty where it carries none, or where its world chooses. */
  readonly ipv6Prefix: string;
  /** Addresses of the range, those in blocks of locations, and those nobody has. */
  readonly total: number;
  readonly allotted: number;
  readonly unallotted: number;
  readonly places: readonly NetworkPlace[];
  /** Blocks that stand although nothing wants them any more: they are free once what holds them has gone. */
  readonly leaving: readonly { readonly key: string; readonly block: string }[];
  /** Ranges of others that are avoided. */
  readonly others: readonly { readonly block: string; readonly what: string }[];
  /** Rules that its policies come to. */
  readonly policyRules: number;
}
