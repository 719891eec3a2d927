//! AUTH (RFC 4954) by PLAIN (RFC 4616) or LOGIN. What is written here is wiped from memory.

use super::capabilities::Capabilities;
use super::outcome::{Answer, Fault};
use super::settings::Credentials;
use super::wire::Wire;
use crate::domain::Secret;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::time::Duration;

/// Logs in. The answer is the server's last.
pub(super) async fn log_in(
    wire: &mut Wire,
    offered: &Capabilities,
    credentials: &Credentials,
    limit: Duration,
) -> Answer {
    let Credentials { username, password } = credentials;
    if offered.auth_plain {
        let identity = Secret::new(format!("\0{username}\0{}", password.expose()));
        let initial = encode(identity.expose());
        let answer = wire.command(Secret::new(format!("AUTH PLAIN {}", initial.expose())).expose(), limit).await;
        // Some servers ask for what they were given (RFC 4954 4 lets a client leave it out).
        return match answer {
            Ok(reply) if reply.code == 334 => wire.command(initial.expose(), limit).await,
            other => other,
        };
    }
    if offered.auth_login {
        // The prompts are meant for people and may be in any language: only their order counts.
        let mut answer = wire.command("AUTH LOGIN", limit).await;
        for word in [username, password.expose()] {
            answer = match answer {
                Ok(reply) if reply.code == 334 => wire.command(encode(word).expose(), limit).await,
                other => return other,
            };
        }
        return answer;
    }
    Err(Fault::Setup("the server offers neither AUTH PLAIN nor AUTH LOGIN".to_owned()))
}

fn encode(text: &str) -> Secret<String> {
    Secret::new(STANDARD.encode(text))
}
