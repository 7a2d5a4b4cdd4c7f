import type { Command } from "../cli.ts";
import { inColumns } from "../report/columns.ts";
import type { Shell } from "../shell.ts";

type ByHand = Exclude<Extract<Command, { readonly name: "sim" }>, { readonly action: "serve" }>;

/** `sim github ACTION`: what a person would do on GitHub's pages. */
export async function changeGithub(shell: Shell, command: ByHand, url: string): Promise<void> {
  const world = await import("../sim/github/by-hand.ts");
  const [first = "", ...rest] = command.args;
  const say = (text: string, json: object): void =>
    void shell.stdout.write(command.output === "json" ? `${JSON.stringify(json, undefined, 2)}\n` : `${text}\n`);
  if (command.action === "add-project") {
    const made = await world.control(url, "projects", { project: first });
    return say(`${first}: clone ${url}/${first}.git`, made);
  }
  const desk = await world.openGithubDesk(url, command.project);
  const { project } = desk;
  switch (command.action) {
    case "list": {
      const rows = await world.listPulls(desk);
      const table = rows.map(({ number, title, branch, state, marks }) => [`#${number}`, title, branch, state, marks]);
      const text = inColumns([["NUMBER", "TITLE", "BRANCH", "STATE", "MARKS"], ...table]).join("\n");
      return say(rows.length === 0 ? `No pull requests in ${project}. Push a branch to open one.` : text, rows);
    }
    case "show": {
      const text = await world.showThread(desk, first);
      return say(text, { number: Number(first), text });
    }
    case "comment":
      await world.addComment(desk, first, rest.join(" "));
      return say(`#${first}: commented`, { number: Number(first), action: "comment" });
    case "merge":
      await world.mergePull(desk, first);
      return say(`#${first}: merged`, { number: Number(first), action: "merge" });
    case "close":
    case "reopen":
      await world.setPullState(desk, first, command.action === "close" ? "closed" : "open");
      return say(`#${first}: ${command.action === "close" ? "closed" : "open again"}`, { number: Number(first) });
    case "add-token": {
      const made = await world.control(url, "tokens", { login: first });
      return say(String(made.token), made);
    }
    case "set-role":
      return say(
        `${first}: ${rest[0]} in ${project}`,
        await world.control(url, "roles", { project, login: first, role: rest[0] ?? "" }),
      );
    case "add-app": {
      const made = await world.control(url, "apps", { slug: first, account: project.split("/")[0] ?? "" });
      return say(`App id ${made.appId}, installed on ${project.split("/")[0]}.\n\n${made.privateKey}`.trim(), made);
    }
    case "add-hook":
      await world.control(url, "hooks", { project, url: first, secret: rest[0] ?? "" });
      return say(`${project}: deliveries go to ${first}`, { project, url: first });
    default:
      throw new Error(`The GitHub world has no action ${command.action}.`);
  }
}
