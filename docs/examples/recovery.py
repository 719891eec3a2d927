"""Account recovery over postrider, in Python with its standard library alone.

    python3 recovery.py http://127.0.0.1:4477 u@example.org
"""

import getpass
import json
import sys
import urllib.error
import urllib.request


class RecoveryError(Exception):
    """A refusal: `id` is stable, `details` may hold `messages`, `retry_after` or `missing_key`."""

    def __init__(self, error):
        super().__init__(error["reason"])
        self.id, self.details = error["id"], error.get("details", {})


class Recovery:
    """One recovery, from an address (or the `recovery_id` of an admin's mail) to a new password."""

    def __init__(self, postrider, recovery_id=None):
        self.postrider, self.recovery_id, self.session_token = postrider.rstrip("/"), recovery_id, None

    def begin(self, address):
        """Has a code mailed. Says nothing about whether there is such an account."""
        self.recovery_id = self._post("/recoveries", {"identifier": address})["recovery_id"]

    def submit(self, code, password=None):
        """Submits the code; what became of the password: unset, set, refused, aal2_required …"""
        body = {"code": code} if password is None else {"code": code, "password": password}
        answer = self._post(f"/recoveries/{self.recovery_id}/code", body)
        self.session_token = answer["session_token"]  # given this once: keep it before anything else
        return answer["password"], [message["text"] for message in answer.get("messages", [])]

    def set_password(self, password):
        """Sets the password with the session that the code gave."""
        self._post(f"/recoveries/{self.recovery_id}/password", {"password": password})

    def _post(self, path, body):
        headers = {"Content-Type": "application/json"}
        if self.session_token:
            headers["X-Session-Token"] = self.session_token
        request = urllib.request.Request(self.postrider + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise RecoveryError(json.load(refusal)["error"]) from None


def ask(question, secret=False):
    if secret and sys.stdin.isatty():
        return getpass.getpass(question)
    print(question, end="", flush=True)
    return sys.stdin.readline().rstrip("\n")


def main(postrider, address):
    recovery = Recovery(postrider)
    recovery.begin(address)
    password = ask("New password: ", secret=True)
    while True:
        try:
            state, why = recovery.submit(ask("Code from the mail: "), password)
            break
        except RecoveryError as error:
            if error.id != "recovery_code_invalid":
                raise
            print("That is not the code.")
    while state != "set":
        if state != "refused":
            sys.exit(f"The code was right, but the password is not set: {state}")
        print(" ".join(why))
        try:
            recovery.set_password(ask("Another password: ", secret=True))
            state = "set"
        except RecoveryError as error:
            if error.id != "password_policy":
                raise
            why = [message["text"] for message in error.details["messages"]]
    print("Your new password is set.")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except RecoveryError as error:
        sys.exit(f"{error.id}: {error}")
