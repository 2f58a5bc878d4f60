import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// In development the page comes from Vite and everything else from a running gateway.
const gateway = process.env.GATEWAY_URL ?? "http://localhost:8021";
const toGateway = { target: gateway, ws: true, changeOrigin: false };

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", assetsInlineLimit: 0, reportCompressedSize: true },
  server: { proxy: { "/proxy": toGateway, "/api": toGateway } },
  preview: { proxy: { "/proxy": toGateway, "/api": toGateway } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
