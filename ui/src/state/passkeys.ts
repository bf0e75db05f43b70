/** Passkeys in the browser: the server's JSON to what `navigator.credentials` takes, and back. */

import { Problem } from "../api/problem";

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export const textOf = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

type Json = Record<string, unknown>;
interface Named {
  id: string;
}

const listed = (list: unknown): PublicKeyCredentialDescriptor[] =>
  ((list ?? []) as Named[]).map((one) => ({ type: "public-key", id: bytesOf(one.id) }));

const given = (credential: Credential | null): PublicKeyCredential => {
  if (!(credential instanceof PublicKeyCredential)) throw stopped();
  return credential;
};

const stopped = (): Problem =>
  new Problem("passkey-stopped", "Not done", "The browser made no passkey; try again, or sign in another way.", 409);

async function asked(question: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    return given(await question());
  } catch (error) {
    // A person who closes the browser's own window has not met an error worth its name.
    if (error instanceof DOMException && error.name !== "InvalidStateError") throw stopped();
    if (error instanceof DOMException) throw new Problem("passkey-there", "Not done", "This authenticator has a passkey for this studio already.", 409);
    throw error;
  }
}

export async function createPasskey(options: Json): Promise<Json> {
  const user = options["user"] as Named & { name: string; displayName: string };
  const publicKey = {
    ...options,
    challenge: bytesOf(String(options["challenge"])),
    user: { ...user, id: bytesOf(user.id) },
    excludeCredentials: listed(options["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const response = made.response as AuthenticatorAttestationResponse;
  return answer(made, {
    clientDataJSON: textOf(response.clientDataJSON),
    attestationObject: textOf(response.attestationObject),
    transports: response.getTransports(),
  });
}

export async function usePasskey(options: Json): Promise<Json> {
  const publicKey = {
    ...options,
    challenge: bytesOf(String(options["challenge"])),
    allowCredentials: listed(options["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
  const used = await asked(() => navigator.credentials.get({ publicKey }));
  const response = used.response as AuthenticatorAssertionResponse;
  return answer(used, {
    clientDataJSON: textOf(response.clientDataJSON),
    authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    userHandle: response.userHandle ? textOf(response.userHandle) : null,
  });
}

const answer = (credential: PublicKeyCredential, response: Json): Json => ({
  id: credential.id,
  rawId: textOf(credential.rawId),
  type: credential.type,
  response,
  clientExtensionResults: {},
});
