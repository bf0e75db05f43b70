/** Every call the desk makes; an answer that is not the thing itself is thrown as a Problem. */

import createClient from "openapi-fetch";
import { problemOf, unreachable } from "./problem";
import type { paths } from "./schema";
import type { VerdictBody } from "./types";

const client = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "http://localhost",
  credentials: "same-origin",
});

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

async function or<T>(answer: Answer<T>): Promise<T> {
  let got: Awaited<Answer<T>>;
  try {
    got = await answer;
  } catch {
    throw unreachable();
  }
  if (!got.response.ok) throw problemOf(got.error, got.response.status);
  return got.data as T;
}

export const getMe = () => or(client.GET("/api/me"));
export const signIn = (name: string, password: string) => or(client.POST("/api/sign-in", { body: { name, password } }));
export const signOut = () => or(client.POST("/api/sign-out"));
export const getReasons = () => or(client.GET("/api/reasons"));
export const getQueue = () => or(client.GET("/api/queue"));
export const getJobs = () => or(client.GET("/api/jobs"));

export const getBoard = (code: string) =>
  or(client.GET("/api/productions/{code}/board", { params: { path: { code } } }));

export const getTask = (id: string) => or(client.GET("/api/tasks/{id}", { params: { path: { id } } }));
export const getEvidence = (id: string) => or(client.GET("/api/evidence/{id}", { params: { path: { id } } }));
export const recordVerdict = (body: VerdictBody) => or(client.POST("/api/verdicts", { body }));
export const withdrawVerdict = (seq: number, key: string) =>
  or(client.POST("/api/verdicts/{seq}/withdraw", { params: { path: { seq } }, body: { key } }));
export const holdTask = (id: string, reason: string) =>
  or(client.POST("/api/tasks/{id}/hold", { params: { path: { id } }, body: { reason } }));
export const releaseTask = (id: string) => or(client.DELETE("/api/tasks/{id}/hold", { params: { path: { id } } }));
export const adoptSheet = (code: string, character: string) =>
  or(client.POST("/api/productions/{code}/sheets/{character}/adopt", { params: { path: { code, character } } }));

export const getCut = (code: string) => or(client.GET("/api/productions/{code}/cut", { params: { path: { code } } }));
export const fillSlot = (code: string, slot: string, take: string, cut_hash: string) =>
  or(
    client.POST("/api/productions/{code}/cut/fill", {
      params: { path: { code } },
      body: { slot, take, source_in: 0, cut_hash },
    }),
  );
export const clearSlot = (code: string, slot: string, cut_hash: string) =>
  or(client.POST("/api/productions/{code}/cut/clear", { params: { path: { code } }, body: { slot, cut_hash } }));
export const renderCut = (code: string) =>
  or(client.POST("/api/productions/{code}/cut/render", { params: { path: { code } } }));
export const deliver = (code: string) => or(client.POST("/api/productions/{code}/deliver", { params: { path: { code } } }));
export const getDeliveries = (code: string) =>
  or(client.GET("/api/productions/{code}/deliveries", { params: { path: { code } } }));
