# syntax=docker/dockerfile:1
# On the builder's own architecture: what it makes is JavaScript, the same for all.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=optional --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build \
  && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  # Types and source maps: a third of what the packages weigh, and nothing that runs.
  && find dist node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="cloudwatch-mcp-server" \
  org.opencontainers.image.description="Remote MCP server for AWS CloudWatch: every caller with their own AWS rights" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="Apache-2.0" \
  io.modelcontextprotocol.server.name="io.github.your-organization/cloudwatch-mcp-server"
ENV NODE_ENV=production
WORKDIR /app
COPY LICENSE package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# A number, by which Kubernetes can tell that it is not root. It owns no file here.
USER 10001:10001
EXPOSE 3334 9464
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "dist/cli/cli.js", "health"]
# Young objects of big answers would else grow to 100 MB beyond what the server needs.
CMD ["node", "--max-semi-space-size=16", "dist/main.js"]
