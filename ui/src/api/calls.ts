/** Every call the desk makes; an answer that is not the thing itself is thrown as a Problem. */

import createClient from "openapi-fetch";
import { problemOf, unreachable } from "./problem";
import type { paths } from "./schema";
import type { BoxBody, ConfirmationBody, DrawingBody, FlagCallBody, GuestLinkBody, GuestNoteBody, MakeBody, NoteBody, PlaylistBody, VerdictBody } from "./types";

const client = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "http://localhost",
  credentials: "same-origin",
});

/** Told to the window when the studio no longer knows who asks. */
export const SIGNED_OUT = "circletake:signed-out";

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

async function or<T>(answer: Answer<T>): Promise<T> {
  let got: Awaited<Answer<T>>;
  try {
    got = await answer;
  } catch {
    throw unreachable();
  }
  if (!got.response.ok) {
    const problem = problemOf(got.error, got.response.status);
    if (problem.code === "sign-in-needed") globalThis.dispatchEvent(new Event(SIGNED_OUT));
    throw problem;
  }
  return got.data as T;
}

export const getMe = () => or(client.GET("/api/me"));
export const signIn = (name: string, password: string) => or(client.POST("/api/sign-in", { body: { name, password } }));
export const signOut = () => or(client.POST("/api/sign-out"));
export const getReasons = (production?: string) =>
  or(client.GET("/api/reasons", { params: { query: production === undefined ? {} : { production } } }));
export const getInbox = () => or(client.GET("/api/inbox"));
export const getNotices = () => or(client.GET("/api/notices"));
export const seeNotices = (seq: number) => or(client.POST("/api/notices/seen", { body: { seq } }));
export const getJobs = () => or(client.GET("/api/jobs"));
export const stopRender = (key: string) => or(client.POST("/api/jobs/{key}/stop", { params: { path: { key } } }));

export const getBoard = (code: string) =>
  or(client.GET("/api/productions/{code}/board", { params: { path: { code } } }));

export const getViews = (code: string) => or(client.GET("/api/productions/{code}/views", { params: { path: { code } } }));
export const saveView = (code: string, body: { name: string; query: string }) =>
  or(client.POST("/api/productions/{code}/views", { params: { path: { code } }, body }));
export const deleteView = (code: string, view: string) =>
  or(client.DELETE("/api/productions/{code}/views/{view}", { params: { path: { code, view } } }));

export const getTeam = (code: string) => or(client.GET("/api/productions/{code}/people", { params: { path: { code } } }));

export const getTask = (task_id: string) => or(client.GET("/api/tasks/{task_id}", { params: { path: { task_id } } }));
export const getContext = (task_id: string, sha: string) =>
  or(client.GET("/api/tasks/{task_id}/takes/{sha}/context", { params: { path: { task_id, sha }, query: { shots: 1 } } }));
export const getProvenance = (task_id: string, sha: string) =>
  or(client.GET("/api/tasks/{task_id}/takes/{sha}/provenance", { params: { path: { task_id, sha } } }));
export const getEvidence = (evidence_id: string) => or(client.GET("/api/evidence/{evidence_id}", { params: { path: { evidence_id } } }));
export const callFlag = (evidence_id: string, body: FlagCallBody) =>
  or(client.POST("/api/evidence/{evidence_id}/flag-calls", { params: { path: { evidence_id } }, body }));
export const recordVerdict = (body: VerdictBody) => or(client.POST("/api/verdicts", { body }));
export const withdrawVerdict = (seq: number, key: string) =>
  or(client.POST("/api/verdicts/{seq}/withdraw", { params: { path: { seq } }, body: { key } }));
export const holdTask = (task_id: string, reason: string) =>
  or(client.POST("/api/tasks/{task_id}/hold", { params: { path: { task_id } }, body: { reason } }));
export const releaseTask = (task_id: string) => or(client.DELETE("/api/tasks/{task_id}/hold", { params: { path: { task_id } } }));
export const adoptSheet = (code: string, character: string) =>
  or(client.POST("/api/productions/{code}/sheets/{character}/adopt", { params: { path: { code, character } } }));

export const getSelfTest = (num: number, den: number) =>
  or(client.GET("/api/self-test/{num}/{den}", { params: { path: { num, den } } }));

export const getBoxes = (task_id: string, sha: string) =>
  or(client.GET("/api/tasks/{task_id}/takes/{sha}/boxes", { params: { path: { task_id, sha } } }));
export const drawBox = (body: BoxBody) => or(client.POST("/api/boxes", { body }));
export const withdrawBox = (box: string, key: string) =>
  or(client.POST("/api/boxes/{box}/withdraw", { params: { path: { box } }, body: { key } }));

// A studio that takes the connection and says nothing must not hold up what waits behind.
const PATIENCE_MS = 20_000;
/** The server gives a reader of timelines a minute. */
const READING_MS = 75_000;
/** Sent later than it was done, so it says who did it: another may be signed in by then. */
const by = (person: string) => ({ headers: { "circletake-person": person }, signal: AbortSignal.timeout(PATIENCE_MS) });
export const getDrawings = (task_id: string, sha: string) =>
  or(client.GET("/api/tasks/{task_id}/takes/{sha}/drawings", { params: { path: { task_id, sha } } }));
export const draw = (body: DrawingBody, person: string) => or(client.POST("/api/drawings", { body, ...by(person) }));
export const addNote = (body: NoteBody, person: string) => or(client.POST("/api/notes", { body, ...by(person) }));
export const settleNote = (note_id: string, disposition: string, key: string) =>
  or(client.POST("/api/notes/{note_id}/resolve", { params: { path: { note_id } }, body: { disposition, key } }));

export const getShot = (code: string, shot: string) =>
  or(client.GET("/api/productions/{code}/shots/{shot}", { params: { path: { code, shot } } }));
export const getCharacter = (code: string, character: string) =>
  or(client.GET("/api/productions/{code}/characters/{character}", { params: { path: { code, character } } }));

export const getStale = (code: string) => or(client.GET("/api/productions/{code}/stale", { params: { path: { code } } }));
export const reaffirm = (code: string, confirmations: ConfirmationBody[]) =>
  or(client.POST("/api/productions/{code}/reaffirm", { params: { path: { code } }, body: { confirmations } }));

export const getCut = (code: string) => or(client.GET("/api/productions/{code}/cut", { params: { path: { code } } }));
export const getFilm = (code: string) => or(client.GET("/api/productions/{code}/film", { params: { path: { code } } }));
export const getDailies = (code: string) => or(client.GET("/api/productions/{code}/dailies", { params: { path: { code } } }));
export const getPlaylist = (code: string, playlist: string, screening: string | null = null) =>
  or(
    client.GET("/api/productions/{code}/dailies/{playlist}", {
      params: { path: { code, playlist }, query: screening === null ? {} : { screening } },
    }),
  );
export const getPlaylistActs = (code: string, playlist: string) =>
  or(client.GET("/api/productions/{code}/dailies/{playlist}/acts", { params: { path: { code, playlist } } }));
export const keepPlaylist = (code: string, body: PlaylistBody) =>
  or(client.POST("/api/productions/{code}/dailies", { params: { path: { code } }, body, signal: AbortSignal.timeout(PATIENCE_MS) }));
export const fillSlot = (code: string, slot: string, take: string, cut_hash: string) =>
  or(
    client.POST("/api/productions/{code}/cut/fill", {
      params: { path: { code } },
      body: { slot, take, source_in: 0, cut_hash },
    }),
  );
export const clearSlot = (code: string, slot: string, cut_hash: string) =>
  or(client.POST("/api/productions/{code}/cut/clear", { params: { path: { code } }, body: { slot, cut_hash } }));
export const getGaps = (code: string) => or(client.GET("/api/productions/{code}/cut/gaps", { params: { path: { code } } }));
export const makeForGap = (code: string, body: MakeBody) =>
  or(client.POST("/api/productions/{code}/cut/make", { params: { path: { code } }, body }));
/** A film of minutes goes through a studio's network; longer than this nobody waits in front of it. */
const SENDING_MS = 3_600_000;
export const sendResult = (code: string, slot: string, file: File) =>
  or(
    client.POST("/api/productions/{code}/cut/gaps/{slot}/result/{name}", {
      params: { path: { code, slot, name: file.name } },
      headers: { "Content-Type": "application/octet-stream" },
      body: "",
      bodySerializer: () => file,
      signal: AbortSignal.timeout(SENDING_MS),
    }),
  );
export const findTakes = (code: string, slot: string, words: string) =>
  or(client.GET("/api/productions/{code}/cut/find/{slot}", { params: { path: { code, slot }, query: { words } } }));
export const takeFind = (code: string, slot: string, take: string, cut_hash: string) =>
  or(client.POST("/api/productions/{code}/cut/find", { params: { path: { code } }, body: { slot, take, cut_hash } }));
export const getCutVersions = (code: string, before: number | null = null) =>
  or(client.GET("/api/productions/{code}/cut/versions", { params: { path: { code }, query: before === null ? {} : { before } } }));
export const getCutDiff = (code: string, old: number, now: number) =>
  or(client.GET("/api/productions/{code}/cut/diff", { params: { path: { code }, query: { old, new: now } } }));
export const stepBack = (code: string, number: number, cut_hash: string) =>
  or(client.POST("/api/productions/{code}/cut/back", { params: { path: { code } }, body: { number, cut_hash } }));
export const getSeams = (code: string, slot: string) =>
  or(client.GET("/api/productions/{code}/cut/seams/{slot}", { params: { path: { code, slot } } }));
export const measureSeams = (code: string, slot: string) =>
  or(client.POST("/api/productions/{code}/cut/seams", { params: { path: { code } }, body: { slot, joins: "both" } }));
export const spliceTake = (code: string, slot: string, take: string, source_in: number, cut_hash: string) =>
  or(
    client.POST("/api/productions/{code}/cut/splice", {
      params: { path: { code } },
      body: { slot, take, source_in, joins: "both", cut_hash },
    }),
  );
export const getTimelineForms = (code: string) => or(client.GET("/api/productions/{code}/cut/forms", { params: { path: { code } } }));
export const getTimeline = (code: string, form: string) =>
  or(client.GET("/api/productions/{code}/cut/export/{form}", { params: { path: { code, form } } }));
export const timelineFile = (code: string, form: string): string =>
  `/api/productions/${encodeURIComponent(code)}/cut/timeline/${encodeURIComponent(form)}`;
export const importTimeline = (code: string, file: File) =>
  or(
    client.POST("/api/productions/{code}/cut/import/{name}", {
      params: { path: { code, name: file.name } },
      headers: { "Content-Type": "application/octet-stream" },
      body: "",
      bodySerializer: () => file,
      signal: AbortSignal.timeout(READING_MS),
    }),
  );
export const renderCut = (code: string) =>
  or(client.POST("/api/productions/{code}/cut/render", { params: { path: { code } } }));
export const getOutputs = (code: string) =>
  or(client.GET("/api/productions/{code}/cut/outputs", { params: { path: { code } } }));
export const makeOutput = (code: string, preset: string) =>
  or(client.POST("/api/productions/{code}/cut/outputs/{preset}", { params: { path: { code, preset } } }));
export const deliver = (code: string) => or(client.POST("/api/productions/{code}/deliver", { params: { path: { code } } }));
export const getDeliveries = (code: string) =>
  or(client.GET("/api/productions/{code}/deliveries", { params: { path: { code } } }));
export const checkDelivery = (code: string, seq: number) =>
  or(client.GET("/api/productions/{code}/deliveries/{seq}/check", { params: { path: { code, seq } } }));
export const getDisclosure = (code: string) =>
  or(client.GET("/api/productions/{code}/disclosure", { params: { path: { code } } }));

export const getDoor = () => or(client.GET("/api/door"));
export const beginSignIn = () => or(client.POST("/api/sign-in/passkey/begin"));
export const signInByPasskey = (credential: Record<string, unknown>) => or(client.POST("/api/sign-in/passkey", { body: { credential, label: "" } }));
export const getInvitation = (token: string) => or(client.GET("/api/invitations/{token}", { params: { path: { token } } }));
export const acceptInvitation = (token: string, name: string, password: string | null) =>
  or(client.POST("/api/invitations/{token}/accept", { params: { path: { token } }, body: { name, password } }));

export const getAccount = () => or(client.GET("/api/account"));
export const changePassword = (current: string, password: string) => or(client.POST("/api/account/password", { body: { current, password } }));
export const endSession = (session_id: string) =>
  or(client.DELETE("/api/account/sessions/{session_id}", { params: { path: { session_id } } }));
export const endOtherSessions = () => or(client.POST("/api/account/sessions/end-others"));
export const beginPasskey = () => or(client.POST("/api/account/passkeys/begin"));
export const addPasskey = (credential: Record<string, unknown>, label: string) =>
  or(client.POST("/api/account/passkeys", { body: { credential, label } }));
export const removePasskey = (passkey: string) => or(client.DELETE("/api/account/passkeys/{passkey}", { params: { path: { passkey } } }));
export const makeToken = (body: { label: string; scopes: string[]; days: number; machine: string | null }) =>
  or(client.POST("/api/account/tokens", { body }));
export const revokeToken = (token_id: string) => or(client.DELETE("/api/account/tokens/{token_id}", { params: { path: { token_id } } }));
export const makeMachine = (label: string) => or(client.POST("/api/account/machines", { body: { label } }));
export const retireMachine = (machine: string) => or(client.DELETE("/api/account/machines/{machine}", { params: { path: { machine } } }));
export const connectIdentity = () => or(client.POST("/api/account/identities/begin"));
export const disconnectIdentity = (issuer: string) => or(client.POST("/api/account/identities/remove", { body: { issuer } }));

export const getGuestLinks = (code: string) => or(client.GET("/api/productions/{code}/guest-links", { params: { path: { code } } }));
export const makeGuestLink = (code: string, body: GuestLinkBody) =>
  or(client.POST("/api/productions/{code}/guest-links", { params: { path: { code } }, body }));
export const revokeGuestLink = (code: string, link: string) =>
  or(client.DELETE("/api/productions/{code}/guest-links/{link}", { params: { path: { code, link } } }));
export const getGuestDoor = (token: string) => or(client.POST("/api/guest/door", { body: { token } }));
export const enterAsGuest = (token: string, name: string, passphrase: string) =>
  or(client.POST("/api/guest/open", { body: { token, name, passphrase } }));
export const getGuest = () => or(client.GET("/api/guest"));
export const noteAsGuest = (body: GuestNoteBody) => or(client.POST("/api/guest/notes", { body }));
export const getGuestDrawings = (task_id: string, sha: string) =>
  or(client.GET("/api/guest/tasks/{task_id}/takes/{sha}/drawings", { params: { path: { task_id, sha } } }));
export const drawAsGuest = (body: DrawingBody) => or(client.POST("/api/guest/drawings", { body, signal: AbortSignal.timeout(PATIENCE_MS) }));
export const orderGuestFilm = (sha: string) => or(client.POST("/api/guest/takes/{sha}/film", { params: { path: { sha } } }));
