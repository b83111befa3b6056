# syntax=docker/dockerfile:1

FROM node:20.20.2-bookworm-slim AS console
WORKDIR /src
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web .
RUN npm run build

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
# Modules first: they change less often than our code, so this layer is kept.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=console /src/build/dist web/build/dist
# No C library in the binary, no paths of the builder in it, and an empty data folder to
# be given to the user that the service runs as.
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/triage ./cmd/triage \
	&& mkdir /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/triage /usr/local/bin/triage
COPY --from=build --chown=nonroot:nonroot /out/data /var/lib/triage
ENV TRIAGE_LISTEN=0.0.0.0:8080 \
	TRIAGE_DATA_DIR=/var/lib/triage
VOLUME /var/lib/triage
EXPOSE 8080
USER nonroot
# The image has no shell and no curl; the binary asks its own /readyz.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
	CMD ["/usr/local/bin/triage", "health"]
ENTRYPOINT ["/usr/local/bin/triage"]
CMD ["serve"]
