import type { Json } from "../../core/json.ts";
import type { Deployment } from "../forge.ts";
import { ForgeError } from "../forge.ts";
import { type Desk, isBy } from "./desk.ts";
import { cut, descriptionLength, plainLine, webAddress } from "./limits.ts";
import { createLocks, createMemory } from "./memory.ts";
import { idAt, textAt } from "./wire.ts";

const rememberedDeployments = 2_000;
const needs = "deployments: write";

/** Deployments, one per environment and commit. */
export interface Deployments {
  write(deployment: Deployment, signal: AbortSignal): Promise<void>;
}

/** Makes a deployment when an environment has none for the commit, and writes its state when that is another. */
export function createDeployments(desk: Desk): Deployments {
  const written = createMemory<string>(rememberedDeployments);
  const locked = createLocks();
  return {
    write: (deployment, signal) => {
      const environment = cut(deployment.environment, 255);
      return locked(environment, async () => {
        const place = `${deployment.commit} ${environment}`;
        const description = plainLine(deployment.description, descriptionLength);
        const wanted = JSON.stringify([deployment.state, description, deployment.targetUrl]);
        if (written.get(place) === wanted) return;
        const id =
          (await find(desk, deployment.commit, environment, signal)) ??
          (await create(desk, deployment.commit, environment, signal));
        const [last] = await statusesOf(desk, id, signal);
        const isSame =
          last !== undefined &&
          textAt(last, "state") === deployment.state &&
          textAt(last, "description") === description;
        if (!isSame) await writeStatus(desk, id, { ...deployment, description }, signal);
        written.set(place, wanted);
      });
    },
  };
}

async function find(desk: Desk, commit: string, environment: string, signal: AbortSignal): Promise<string | undefined> {
  const call = {
    route: "GET /repos/{owner}/{repo}/deployments",
    with: { sha: commit, environment, task: "deploy" },
    ...{ doing: `Look for the deployment of ${environment}`, needs: "deployments: read" },
  };
  const login = await desk.login(signal);
  const mine = (await desk.client.list(call, 5, signal)).filter((item) => isBy(login, { user: creatorOf(item) }));
  return mine.map((item) => idAt(item, "id")).sort((left, right) => Number(left) - Number(right))[0];
}

function creatorOf(item: Json): Json {
  return { login: textAt(item, "creator", "login") };
}

async function create(desk: Desk, commit: string, environment: string, signal: AbortSignal): Promise<string> {
  const call = {
    route: "POST /repos/{owner}/{repo}/deployments",
    // Nothing is merged and nothing waited for: this tells what happens, it starts nothing.
    with: { ref: commit, environment, task: "deploy", auto_merge: false, required_contexts: [] },
    ...{ doing: `Tell of the deployment of ${environment}`, needs, kind: "content" as const, once: true },
  };
  try {
    const { data } = await desk.client.call(call, signal);
    return idAt(data, "id");
  } catch (error) {
    if (!(error instanceof ForgeError) || error.next !== "retry") throw error;
    const lost = await find(desk, commit, environment, signal);
    if (lost === undefined) throw error;
    return lost;
  }
}

async function statusesOf(desk: Desk, id: string, signal: AbortSignal): Promise<readonly Json[]> {
  const call = {
    route: "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    with: { deployment_id: id, per_page: 1 },
    ...{ doing: "Read the state of a deployment", needs: "deployments: read" },
  };
  const found = await desk.client.find(call, signal);
  return Array.isArray(found?.data) ? found.data : [];
}

async function writeStatus(desk: Desk, id: string, deployment: Deployment, signal: AbortSignal): Promise<void> {
  const log_url = webAddress(deployment.targetUrl);
  const { state, description } = deployment;
  const call = {
    route: "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    with: { deployment_id: id, state, description, auto_inactive: true, ...(log_url !== undefined && { log_url }) },
    ...{ doing: `Tell how the deployment of ${deployment.environment} stands`, needs, kind: "status" as const },
  };
  await desk.client.call(call, signal);
}
