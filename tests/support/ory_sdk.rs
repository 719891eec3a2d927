//! Ory's own SDK (npm `@ory/client`), walking: `tests/sdk/walk.mjs` in Node, with what it asks for
//! answered by the test. Runs where Node and the package are there (`npm ci --prefix tests/sdk`).
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;

/// Longer than any walk, also on a slow machine.
const LIMIT: Duration = Duration::from_mins(4);

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk")
}

/// Whether there are Node and the package; if not, says once, by its name, that the suite is skipped.
pub fn is_there() -> bool {
    static SAID: Once = Once::new();
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let missing = match node {
        Ok(status) if status.success() => "npm ci --prefix tests/sdk was not run",
        _ => "there is no node",
    };
    let there = missing.starts_with("npm") && home().join("node_modules/@ory/client/package.json").exists();
    if !there {
        // Not eprintln!, which a passing test keeps to itself.
        let line = format!("suite sdk (@ory/client): skipped, {missing}\n");
        SAID.call_once(|| std::io::stderr().write_all(line.as_bytes()).unwrap());
    }
    there
}

/// Walks one way of `walk.mjs`.
pub async fn walk(way: &str, environment: &[(&str, &str)], answer: impl AsyncFn(&str) -> String) -> Value {
    run(&["walk.mjs", way], environment, answer).await
}

/// Runs a script of the documentation in the place of `walk.mjs`.
pub async fn run_text(script: &str, environment: &[(&str, &str)], answer: impl AsyncFn(&str) -> String) -> Value {
    run(&["--input-type=module", "--eval", script], environment, answer).await
}

async fn run(arguments: &[&str], environment: &[(&str, &str)], answer: impl AsyncFn(&str) -> String) -> Value {
    let mut child = tokio::process::Command::new("node")
        .args(arguments)
        .current_dir(home())
        .envs(environment.iter().copied())
        // A proxy of the machine's is not for 127.0.0.1.
        .env("NO_PROXY", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (mut stdin, mut stderr) = (child.stdin.take().unwrap(), child.stderr.take().unwrap());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let talking = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(what) = line.strip_prefix("? ") {
                let answer = answer(what).await + "\n";
                stdin.write_all(answer.as_bytes()).await.unwrap();
            } else if let Some(seen) = line.strip_prefix("= ") {
                return serde_json::from_str(seen).unwrap();
            }
        }
        Value::Null
    };
    let errors = async {
        let mut text = String::new();
        stderr.read_to_string(&mut text).await.unwrap();
        text
    };
    let (seen, errors, status) = timeout(LIMIT, async { tokio::join!(talking, errors, child.wait()) }).await.unwrap();
    assert!(status.unwrap().success() && !seen.is_null(), "{arguments:?}: {errors}");
    seen
}
