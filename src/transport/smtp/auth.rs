//! AUTH (RFC 4954) by PLAIN (RFC 4616), LOGIN, or a bearer token (XOAUTH2). What is written here is
//! wiped from memory, and the transcript sees none of it.

use super::capabilities::Capabilities;
use super::outcome::{Answer, Fault};
use super::settings::{Credentials, Login};
use super::token::BearerToken;
use super::wire::Wire;
use crate::domain::Secret;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::time::Duration;

/// What the transcript shows of a secret.
const MASK: &str = "****";

/// Logs in. The answer is the server's last.
pub(super) async fn log_in(wire: &mut Wire, offered: &Capabilities, login: &Login, limit: Duration) -> Answer {
    match login {
        Login::Password(credentials) => by_password(wire, offered, credentials, limit).await,
        Login::Token(token) => by_token(wire, offered, token, limit).await,
    }
}

async fn by_password(wire: &mut Wire, offered: &Capabilities, credentials: &Credentials, limit: Duration) -> Answer {
    let Credentials { username, password } = credentials;
    if offered.auth_plain {
        let identity = Secret::new(format!("\0{username}\0{}", password.expose()));
        let initial = encode(identity.expose());
        let line = Secret::new(format!("AUTH PLAIN {}", initial.expose()));
        let answer = wire.secret_command(line.expose(), "AUTH PLAIN ****", limit).await;
        // Some servers ask for what they were given (RFC 4954 4 lets a client leave it out).
        return match answer {
            Ok(reply) if reply.code == 334 => wire.secret_command(initial.expose(), MASK, limit).await,
            other => other,
        };
    }
    if offered.auth_login {
        // The prompts are meant for people and may be in any language: only their order counts.
        let mut answer = wire.command("AUTH LOGIN", limit).await;
        for word in [username, password.expose()] {
            answer = match answer {
                Ok(reply) if reply.code == 334 => wire.secret_command(encode(word).expose(), MASK, limit).await,
                other => return other,
            };
        }
        return answer;
    }
    Err(Fault::Setup("the server offers neither AUTH PLAIN nor AUTH LOGIN".to_owned()))
}

/// A token that was kept may have been withdrawn since: then once more with a new one.
async fn by_token(wire: &mut Wire, offered: &Capabilities, token: &BearerToken, limit: Duration) -> Answer {
    if !offered.auth_xoauth2 {
        return Err(Fault::Setup("the server does not offer AUTH XOAUTH2, which token_command is for".to_owned()));
    }
    loop {
        let (bearer, kept) = token.get(limit).await?;
        let plain = Secret::new(format!("user={}\x01auth=Bearer {}\x01\x01", token.username(), bearer.expose()));
        let line = Secret::new(format!("AUTH XOAUTH2 {}", encode(plain.expose()).expose()));
        let mut answer = wire.secret_command(line.expose(), "AUTH XOAUTH2 ****", limit).await;
        if matches!(&answer, Ok(reply) if reply.code == 334) {
            // What is wrong, as JSON; an empty line asks for the reply itself.
            answer = wire.command("", limit).await;
        }
        let refused = matches!(&answer, Ok(reply) if (500..600).contains(&reply.code));
        if refused {
            token.forget().await;
        }
        if !(refused && kept) {
            return answer;
        }
    }
}

fn encode(text: &str) -> Secret<String> {
    Secret::new(STANDARD.encode(text))
}
