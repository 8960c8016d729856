# One image for the API, the worker and the simulator; docker-compose.yml says which command runs.
# Debian, not Alpine: Temporal's native core needs glibc.
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY scripts/build.js scripts/build-web.js ./scripts/
COPY src ./src
# Last, 82 MB of Temporal's core for other systems.
RUN npm run build \
 && npm prune --omit=dev --no-audit --no-fund \
 && rm -r node_modules/@temporalio/core-bridge/releases/*-apple-* node_modules/@temporalio/core-bridge/releases/*-windows-*

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="durable-reels" \
      org.opencontainers.image.description="Makes short videos with the Runway API as durable Temporal workflows" \
      org.opencontainers.image.licenses="Apache-2.0"
# The native core reads the system's certificates, which slim images lack; ffmpeg decodes each video before it is called
# good. A new volume on /data takes over its owner.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates ffmpeg \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node /data
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The simulator's videos are read where they are checked in.
COPY src/simulator/outputs ./src/simulator/outputs
COPY package.json LICENSE ./
USER node
EXPOSE 3000
CMD ["node", "dist/api/main.js"]
