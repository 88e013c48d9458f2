import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const service = process.env.ANYAN_SERVICE ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  build: { outDir: "../api/static", emptyOutDir: true, target: "es2022", reportCompressedSize: true },
  server: { proxy: { "/api": { target: service, ws: true } } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
