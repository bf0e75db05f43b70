import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const STUDIO = "http://127.0.0.1:8470";

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  build: { outDir: "../src/circletake/web/desk", emptyOutDir: true, target: "es2022" },
  server: { proxy: { "/api": STUDIO, "/media": STUDIO, "/link": STUDIO } },
  test: { environment: "node", include: ["src/**/*.spec.ts"] },
});
