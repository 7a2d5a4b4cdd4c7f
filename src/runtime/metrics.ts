import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the daemon counts. Labels come from closed sets or the configuration, so the number of series is bounded. */
export interface Metrics {
  /** One pass ended. */
  pass(fleet: string, wake: string, outcome: string, seconds: number): void;
  /** One change ended (`done`, `failed`, `skipped`). */
  change(provider: string, action: string, state: string, seconds: number): void;
  /** How many drift incidents are open now. */
  drift(fleet: string, open: number): void;
  /** How many things the fleet owns now, by provider and kind. */
  owned(fleet: string, provider: string, kind: string, count: number): void;
  /** One call to an outside world ended; `code` is `ok` or the error's code. */
  call(provider: string, operation: string, code: string, seconds: number): void;
  /** The commit a fleet was last brought to stands for this time. */
  settled(fleet: string, atSeconds: number): void;
  /** What the networks of a fleet come to now; what was said of it before no longer holds. */
  networks(fleet: string, figures: readonly NetworkFigures[]): void;
  /** One delivery of a forge came in: `taken`, `repeated`, `ignored` or `refused`. */
  delivery(result: string): void;
  /** What is left of a forge's patience; totals only grow. */
  forge(name: string, figures: ForgeFigures): void;
  /** One announcement to one target: `delivered`, `retried`, `failed` or `crowded-out`; so many wait for it now. */
  announcement(target: string, event: string, result: string, waiting: number): void;
  /** Everything in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** What was asked of a forge since the start, and what may still be. */
export interface ForgeFigures {
  /** 0 while unknown. */
  readonly limit: number;
  readonly remaining: number;
  /** ISO 8601; empty when unknown. */
  readonly resetsAt: string;
  readonly calls: number;
  readonly unchanged: number;
  readonly content: number;
  readonly contentRemaining: number;
}

/** One network in numbers. */
export interface NetworkFigures {
  readonly network: string;
  readonly policyRules: number;
  readonly places: readonly {
    readonly location: string;
    readonly used: number;
    readonly free: number;
    readonly ready: boolean;
  }[];
}

const passBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];
const callBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Makes the daemon's registry; `version` is shown by `plumbline_build_info`. Process metrics only when asked: they watch the event loop. */
export function createMetrics(version: string, options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[]) => new Gauge({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });

  const passes = counter("plumbline_passes_total", "Passes by outcome.", ["fleet", "wake", "outcome"]);
  const passSeconds = histogram(
    "plumbline_pass_duration_seconds",
    "Time of one pass.",
    ["fleet", "outcome"],
    passBuckets,
  );
  const changes = counter("plumbline_changes_total", "Changes carried out, by how they ended.", [
    "provider",
    "action",
    "state",
  ]);
  const changeSeconds = histogram(
    "plumbline_change_duration_seconds",
    "Time of one change.",
    ["provider", "action"],
    passBuckets,
  );
  const driftOpen = gauge("plumbline_drift_open", "Drift incidents that are open.", ["fleet"]);
  const ownedThings = gauge("plumbline_owned_resources", "Things the fleet owns.", ["fleet", "provider", "kind"]);
  const calls = counter("plumbline_provider_calls_total", "Calls to outside worlds.", [
    "provider",
    "operation",
    "code",
  ]);
  const callSeconds = histogram(
    "plumbline_provider_call_duration_seconds",
    "Time of one call.",
    ["provider", "operation"],
    callBuckets,
  );
  const settledAt = gauge("plumbline_last_settled_timestamp_seconds", "When the fleet last matched its commit.", [
    "fleet",
  ]);
  const networks = networkGauges(gauge);
  const deliveries = counter("plumbline_deliveries_total", "Deliveries of forges, by what became of them.", ["result"]);
  const announcements = counter("plumbline_announcements_total", "Announcements by what became of them.", [
    "target",
    "event",
    "result",
  ]);
  const announcementsWaiting = gauge("plumbline_announcements_waiting", "Announcements that wait for their target.", [
    "target",
  ]);
  const forge = forgeFigures(gauge, counter);
  gauge("plumbline_build_info", "Always 1; the version is in the label.", ["version"]).set({ version }, 1);
  if (options.process === true) collectDefaultMetrics({ register: registry });

  return {
    pass(fleet, wake, outcome, seconds) {
      passes.inc({ fleet, wake, outcome });
      passSeconds.observe({ fleet, outcome }, seconds);
    },
    change(provider, action, state, seconds) {
      changes.inc({ provider, action, state });
      changeSeconds.observe({ provider, action }, seconds);
    },
    drift: (fleet, open) => driftOpen.set({ fleet }, open),
    owned: (fleet, provider, kind, count) => ownedThings.set({ fleet, provider, kind }, count),
    call(provider, operation, code, seconds) {
      calls.inc({ provider, operation, code });
      callSeconds.observe({ provider, operation }, seconds);
    },
    settled: (fleet, atSeconds) => settledAt.set({ fleet }, atSeconds),
    networks,
    delivery: (result) => deliveries.inc({ result }),
    forge,
    announcement(target, event, result, waiting) {
      announcements.inc({ target, event, result });
      announcementsWaiting.set({ target }, waiting);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Totals are counted as they grow: a forge that was opened anew begins at nothing. */
function forgeFigures(
  gauge: (name: string, help: string, labelNames: string[]) => Gauge,
  counter: (name: string, help: string, labelNames: string[]) => Counter,
): Metrics["forge"] {
  const limit = gauge("plumbline_forge_rate_limit", "Calls that a forge allows within its window.", ["forge"]);
  const remaining = gauge("plumbline_forge_rate_remaining", "Calls that are left of it.", ["forge"]);
  const resets = gauge("plumbline_forge_rate_resets_timestamp_seconds", "When the window ends.", ["forge"]);
  const contentLeft = gauge("plumbline_forge_content_remaining", "Statuses, comments and checks that may go now.", [
    "forge",
  ]);
  const calls = counter("plumbline_forge_calls_total", "Calls to a forge; those answered unchanged cost nothing.", [
    "forge",
    "answer",
  ]);
  const content = counter("plumbline_forge_content_total", "Calls that made statuses, comments or checks.", ["forge"]);
  const before = new Map<string, ForgeFigures>();
  return (name, figures) => {
    const grown = (of: (figures: ForgeFigures) => number): number => {
      const [now, then] = [of(figures), of(before.get(name) ?? { ...figures, calls: 0, unchanged: 0, content: 0 })];
      return now >= then ? now - then : now;
    };
    calls.inc(
      { forge: name, answer: "unchanged" },
      grown(({ unchanged }) => unchanged),
    );
    calls.inc(
      { forge: name, answer: "counted" },
      grown((all) => all.calls - all.unchanged),
    );
    content.inc(
      { forge: name },
      grown((all) => all.content),
    );
    before.set(name, figures);
    contentLeft.set({ forge: name }, figures.contentRemaining);
    if (figures.limit === 0) return;
    limit.set({ forge: name }, figures.limit);
    remaining.set({ forge: name }, figures.remaining);
    if (figures.resetsAt !== "") resets.set({ forge: name }, Date.parse(figures.resetsAt) / 1000);
  };
}

/** Gauges over all fleets, written anew whenever one of them is told: what is gone leaves no series behind. */
function networkGauges(gauge: (name: string, help: string, labelNames: string[]) => Gauge): Metrics["networks"] {
  const place = ["fleet", "network", "location"];
  const used = gauge("plumbline_network_addresses_used", "Addresses of a network's block that instances want.", place);
  const free = gauge(
    "plumbline_network_addresses_free",
    "Addresses of a network's block that are left for instances.",
    place,
  );
  const ready = gauge("plumbline_network_presence_ready", "1 when a network is ready in a location, else 0.", place);
  const rules = gauge("plumbline_network_policy_rules", "Rules that the policies of a network come to.", [
    "fleet",
    "network",
  ]);
  const known = new Map<string, readonly NetworkFigures[]>();
  return (told, figures) => {
    known.set(told, figures);
    for (const each of [used, free, ready, rules]) each.reset();
    for (const [fleet, list] of known) {
      for (const { network, policyRules, places } of list) {
        rules.set({ fleet, network }, policyRules);
        for (const { location, ...figure } of places) {
          const labels = { fleet, network, location };
          used.set(labels, figure.used);
          free.set(labels, figure.free);
          ready.set(labels, figure.ready ? 1 : 0);
        }
      }
    }
  };
}
