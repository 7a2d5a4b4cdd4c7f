import { forgeContract } from "../contract/forge-suite.ts";
import { onGithubForge } from "../support/github-forge-world.ts";
import { memoryForgeWorld } from "../support/memory-forge-world.ts";

forgeContract({ name: "in memory", run: (work) => work(memoryForgeWorld()) });
forgeContract({ name: "GitHub with a token", run: (work) => onGithubForge("token", work) });
forgeContract({ name: "GitHub with an App", run: (work) => onGithubForge("app", work) });
