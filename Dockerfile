# syntax=docker/dockerfile:1

FROM node:22-bookworm-slim AS build
WORKDIR /plumbline
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run --silent build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
# tini hands signals on, so that a stop is an orderly one; git is for people who look into the clones.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git tini \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node /state
WORKDIR /plumbline
COPY --from=build /plumbline/package.json ./
COPY --from=build /plumbline/node_modules ./node_modules
COPY --from=build /plumbline/dist ./dist
COPY policies ./policies
COPY example-repo ./example-repo
COPY LICENSE ./
ENV NODE_ENV=production PLUMBLINE_HEALTH=http://127.0.0.1:8088/healthz
USER node
VOLUME /state
EXPOSE 8088
# Nothing outside /state and /tmp is written: run it with --read-only --tmpfs /tmp.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.PLUMBLINE_HEALTH).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "--max-semi-space-size=1", "--enable-source-maps", "dist/main.js"]
CMD ["run", "--config", "/etc/plumbline/plumbline.yaml", "--state", "/state"]
