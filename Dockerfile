# The engine as it runs from a checkout: TypeScript through tsx, no build step, no root.
FROM node:24-slim
WORKDIR /troupe
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY tsconfig.json ./
COPY src src
COPY machines machines
RUN mkdir data && chown node:node data
USER node
VOLUME /troupe/data
ENTRYPOINT ["node", "--disallow-code-generation-from-strings", "--import", "tsx", "src/main.ts"]
CMD ["demo"]
