# The controller and the CLI: `docker build -t sirocco .`, then `docker run sirocco --help`.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY tools/runtime/package.json tools/runtime/
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN node scripts/build.ts

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY nomad nomad
COPY --from=build /build/dist dist
# The image's own user `node`, by number: Nomad and Kubernetes can then see that it is not root.
USER 1000:1000
EXPOSE 9646
# No shell in between, so that SIGTERM reaches the controller. A small nursery keeps its
# memory and its pauses small where it is busy (docs/performance.md).
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/bin/sirocco.js"]
CMD ["controller"]
