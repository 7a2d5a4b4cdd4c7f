import { createMemoryStore } from "../../src/store/memory.ts";
import { storeContract } from "../contract/store-suite.ts";

storeContract({
  name: "memory",
  open: async (historyLimit) => ({ store: createMemoryStore({ historyLimit }), cleanUp: async () => undefined }),
});
