import { type Document, isOf, valueAt } from "./document.ts";
import type { Reporter } from "./report.ts";
import { checkEnvironment } from "./rules-environment.ts";
import { checkScale } from "./rules-placements.ts";
import { checkPolicies } from "./rules-policies.ts";
import { checkInterfaces } from "./rules-runtime.ts";
import { reportOnInstance, withTemplate } from "./template.ts";

/**
 * Deployments and instances that somebody wrote instead of a workload. The API judges their schema alone;
 * what could not be carried out is told all the same.
 */
export function checkExplicit(document: Document, report: Reporter): void {
  if (isOf(document, "WorkloadDeployment")) checkDeployment(document, report);
  if (isOf(document, "Instance")) checkInstance(document, report);
}

function checkDeployment(document: Document, report: Reporter): void {
  const { content } = document;
  const isPlaced = ["cityCode", "locationRef"].some((field) => valueAt(content, ["spec", field]) !== undefined);
  if (!isPlaced) {
    const message = "The deployment does not say where its copies run.";
    report.say("workload/city-codes", ["spec", "cityCode"], message, "Add cityCode, such as DFW.");
  }
  checkScale(content, ["spec", "scaleSettings"], report);
  checkTemplate(document, report);
}

function checkInstance(document: Document, report: Reporter): void {
  if (valueAt(document.content, ["spec", "location"]) === undefined) {
    const message = "No scheduler chooses a place for an Instance that stands alone.";
    report.say("workload/location-missing", ["spec", "location"], message, "Add spec.location.");
  }
  checkTemplate(withTemplate(document), reportOnInstance(report));
}

function checkTemplate({ content }: Document, report: Reporter): void {
  const runtime = ["spec", "template", "spec", "runtime"];
  const given = ["sandbox", "virtualMachine"].filter((field) => valueAt(content, [...runtime, field]) !== undefined);
  if (given.length === 2) {
    const message = "A copy runs containers or a virtual machine, not both.";
    report.say("workload/runtime", [...runtime, "virtualMachine"], message, "Remove sandbox or virtualMachine.");
  } else if (given.length === 0) {
    report.say("workload/runtime", runtime, "Neither sandbox nor virtualMachine is said.", "Add one of the two.");
  }
  checkInterfaces(content, report);
  checkPolicies(content, report);
  checkEnvironment(content, report);
}
