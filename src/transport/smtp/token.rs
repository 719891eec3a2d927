//! Bearer tokens from a command of the operator's: it prints one on its standard output, and is run
//! again when that one is five minutes old or was refused. Its output is shown nowhere.

use super::outcome::Fault;
use crate::domain::Secret;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// How long a token is kept: they live an hour, and nobody tells us since when.
const KEPT: Duration = Duration::from_mins(5);
/// No token is longer.
const LONGEST: u64 = 16 * 1024;

/// A token and since when it is known.
type Kept = (Instant, Secret<String>);

/// A user and the command that knows its token.
#[derive(Debug, Clone)]
pub struct BearerToken {
    username: String,
    command: Vec<String>,
    kept: Arc<Mutex<Option<Kept>>>,
}

impl BearerToken {
    /// `command` is a program and its arguments; no shell looks at them.
    pub fn new(username: String, command: Vec<String>) -> Self {
        Self { username, command, kept: Arc::default() }
    }

    pub(super) fn username(&self) -> &str {
        &self.username
    }

    /// A token, and whether it is one that was kept. Connections that need one at the same time
    /// wait for one run.
    pub(super) async fn get(&self, limit: Duration) -> Result<(Secret<String>, bool), Fault> {
        let mut kept = self.kept.lock().await;
        if let Some((since, token)) = kept.as_ref().filter(|(since, _token)| since.elapsed() < KEPT) {
            tracing::debug!(age_s = since.elapsed().as_secs(), "a token that was kept is used");
            return Ok((token.clone(), true));
        }
        let failed = |why: String| Fault::Setup(format!("token_command {why}; run it by hand to see what is wrong"));
        let run = timeout(limit, run(&self.command));
        let token = run.await.map_err(|_elapsed| failed(format!("did not end within {limit:?}")))?.map_err(failed)?;
        *kept = Some((Instant::now(), token.clone()));
        Ok((token, false))
    }

    pub(super) async fn forget(&self) {
        *self.kept.lock().await = None;
    }
}

async fn run(command: &[String]) -> Result<Secret<String>, String> {
    let (program, arguments) = command.split_first().ok_or("is empty")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cannot be started: {}", error.kind()))?;
    let mut output = Secret::new(Vec::new());
    if let Some(stdout) = child.stdout.take() {
        let read = stdout.take(LONGEST).read_to_end(output.expose_mut()).await;
        read.map_err(|error| format!("cannot be read: {}", error.kind()))?;
    }
    let status = child.wait().await.map_err(|error| format!("was lost: {}", error.kind()))?;
    if !status.success() {
        return Err(format!("failed ({status})"));
    }
    let text = str::from_utf8(output.expose()).map(str::trim).unwrap_or_default();
    let is_token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_token { Ok(Secret::from(text)) } else { Err("printed something else than one token".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> BearerToken {
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        BearerToken::new("user".to_owned(), command)
    }

    async fn problem(script: &str, limit: Duration) -> String {
        shell(script).get(limit).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_token_is_kept_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let runs = folder.path().join("runs");
        let token = shell(&format!("echo x >> {0}; echo token-$(wc -l < {0})", runs.display()));
        let limit = Duration::from_secs(10);
        let mut seen = Vec::new();
        for _ in 0..2 {
            let (bearer, kept) = token.get(limit).await.unwrap();
            seen.push((bearer.expose().clone(), kept));
        }
        token.forget().await;
        let (bearer, kept) = token.get(limit).await.unwrap();
        seen.push((bearer.expose().clone(), kept));
        let expected = [("token-1", false), ("token-1", true), ("token-2", false)];
        assert_eq!(seen, expected.map(|(token, kept)| (token.to_owned(), kept)));
    }

    #[tokio::test]
    async fn what_went_wrong_is_said_without_what_was_printed() {
        let limit = Duration::from_secs(10);
        let failed = problem("echo hush; exit 3", limit).await;
        assert_eq!(failed, "token_command failed (exit status: 3); run it by hand to see what is wrong");
        for script in ["echo two words", "true", "printf 'a\\nb'", "head -c 20000 /dev/zero", "printf '\\377'"] {
            let printed = problem(script, limit).await;
            assert!(printed.starts_with("token_command "), "{script}: {printed}");
            assert!(!printed.contains("two words"));
        }
        let never = problem("sleep 60", Duration::from_millis(50)).await;
        assert!(never.contains("did not end within 50ms"), "{never}");
        let absent = BearerToken::new("user".to_owned(), vec!["/no/such/program".to_owned()]).get(limit).await;
        assert!(absent.unwrap_err().to_string().contains("cannot be started"));
    }
}
