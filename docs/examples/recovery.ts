/**
 * Account recovery over postrider. The class needs `fetch` alone, so it runs in browsers, in React
 * Native and in Node; the lines below it make a command of it:
 *
 *     node recovery.ts http://127.0.0.1:4477 u@example.org        (Node 22.18 or later)
 */

/** What became of a password that came with a code. */
export type PasswordState = "unset" | "set" | "refused" | "aal2_required" | "refresh_required" | "unknown";

/** Kratos's own words for the user, with Ory's stable number. */
export type Message = { id: number; text: string; type: string };

export type Passed = {
  state: "passed_challenge";
  session_token: string;
  session_expires_at?: string;
  password: PasswordState;
  messages?: Message[];
};

/** A refusal: `id` is stable, `reason` is for developers. */
export class RecoveryError extends Error {
  readonly id: string;
  readonly status: number;
  readonly details: { messages?: Message[]; retry_after?: number; missing_key?: string };

  constructor(status: number, error: { id: string; reason: string; details?: RecoveryError["details"] }) {
    super(error.reason);
    this.id = error.id;
    this.status = status;
    this.details = error.details ?? {};
  }
}

/** One recovery, from an address (or the `recovery_id` of an admin's mail) to a new password. */
export class Recovery {
  sessionToken?: string;
  private readonly postrider: string;
  private recoveryId: string;

  constructor(postrider: string, recoveryId = "") {
    this.postrider = postrider.replace(/\/$/, "");
    this.recoveryId = recoveryId;
  }

  /** Has a code mailed. Says nothing about whether there is such an account. */
  async begin(address: string): Promise<void> {
    const begun = await this.post<{ recovery_id: string }>("/recoveries", { identifier: address });
    this.recoveryId = begun.recovery_id;
  }

  /** Submits the code, and the new password if it is known by now. */
  async submit(code: string, password?: string): Promise<Passed> {
    const passed = await this.post<Passed>(`/recoveries/${this.recoveryId}/code`, { code, password });
    this.sessionToken = passed.session_token; // given this once: keep it before anything else
    return passed;
  }

  /** Sets the password with the session that the code gave. */
  async setPassword(password: string): Promise<void> {
    await this.post(`/recoveries/${this.recoveryId}/password`, { password });
  }

  private async post<T>(path: string, body: object): Promise<T> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (this.sessionToken) headers["X-Session-Token"] = this.sessionToken;
    const answer = await fetch(this.postrider + path, { method: "POST", headers, body: JSON.stringify(body) });
    const json = await answer.json();
    if (!answer.ok) throw new RecoveryError(answer.status, json.error);
    return json as T;
  }
}

async function main(postrider: string, address: string): Promise<void> {
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    process.stdout.write(question);
    return (await lines.next()).value ?? "";
  };

  const recovery = new Recovery(postrider);
  await recovery.begin(address);
  const password = await ask("New password: ");
  let passed: Passed | undefined;
  while (!passed) {
    try {
      passed = await recovery.submit(await ask("Code from the mail: "), password);
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.id !== "recovery_code_invalid") throw error;
      console.log("That is not the code.");
    }
  }
  let messages = passed.messages ?? [];
  for (let state = passed.password; state !== "set"; ) {
    if (state !== "refused") throw new Error(`The code was right, but the password is not set: ${state}`);
    console.log(messages.map((message) => message.text).join(" "));
    try {
      await recovery.setPassword(await ask("Another password: "));
      state = "set";
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.id !== "password_policy") throw error;
      messages = error.details.messages ?? [];
    }
  }
  console.log("Your new password is set.");
}

if (typeof process !== "undefined" && process.argv[1]?.includes("recovery")) {
  const [, , postrider = "", address = ""] = process.argv;
  main(postrider, address).then(
    () => process.exit(0),
    (error) => {
      console.error(error instanceof RecoveryError ? `${error.id}: ${error.message}` : error.message);
      process.exit(1);
    },
  );
}
