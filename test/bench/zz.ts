import { changedFilePass } from "./judging.ts"; import { generatedFleet } from "./manifests.ts";
console.log(await changedFilePass(generatedFleet(10000)));
