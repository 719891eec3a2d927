//! What is kept sealed for a while: answers to right codes for two minutes (Kratos gives a session
//! token once, so a response that is lost on its way must be there for the repeat), and what a ticket
//! cannot hold.

use super::{Passed, PasswordState, Recovery};
use crate::domain::{RecoveryTicket, Secret};
use crate::kratos::Message;
use crate::seal::Purpose;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// How long a repeat gets the same answer.
pub(super) const KEPT: Duration = Duration::from_mins(2);
/// Whoever waits for a token is not held up longer by the store.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// Where an answer is kept: keyed hashes of a recovery, or of an address, with a code.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(Vec<[u8; 32]>);

/// An answer with what a repeat needs beyond it.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) passed: Passed,
    /// The settings flow that came with the token.
    pub(super) settings_flow: Option<String>,
    /// Keyed hash of the password that was tried.
    pub(super) password: Option<[u8; 32]>,
    until: Timestamp,
}

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Wire {
    token: String,
    session_expires_at: Option<Timestamp>,
    state: PasswordState,
    messages: Vec<Message>,
    settings_flow: Option<String>,
    password: Option<[u8; 32]>,
    until: Timestamp,
}

impl Kept {
    pub(super) fn new(token: Secret<String>, settings_flow: Option<String>, now: Timestamp) -> Self {
        let passed = Passed { token, session_expires_at: None, password: PasswordState::Unset, messages: Vec::new() };
        Self { passed, settings_flow, password: None, until: now + KEPT }
    }

    fn to_bytes(&self) -> Secret<Vec<u8>> {
        let passed = self.passed.clone();
        let mut wire = Wire {
            token: passed.token.expose().clone(),
            session_expires_at: passed.session_expires_at,
            state: passed.password,
            messages: passed.messages,
            settings_flow: self.settings_flow.clone(),
            password: self.password,
            until: self.until,
        };
        let bytes = serde_json::to_vec(&wire).unwrap_or_default();
        drop(Secret::new(std::mem::take(&mut wire.token)));
        Secret::new(bytes)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(bytes).ok()?;
        let passed = Passed {
            token: Secret::new(wire.token),
            session_expires_at: wire.session_expires_at,
            password: wire.state,
            messages: wire.messages,
        };
        Some(Self { passed, settings_flow: wire.settings_flow, password: wire.password, until: wire.until })
    }
}

impl Keys {
    /// Also under this.
    pub(super) fn and(mut self, key: [u8; 32]) -> Self {
        self.0.push(key);
        self
    }
}

impl Recovery {
    /// Where the answer to a code for a recovery is kept.
    pub(super) fn key(&self, source: &str, flow: &str, code: &str) -> [u8; 32] {
        self.code_hash.of(&["answer", source, flow, code])
    }

    /// Where the answer to a code for an address is kept.
    pub(super) fn address_key(&self, source: &str, address: [u8; 32], code: &str) -> [u8; 32] {
        self.code_hash.of(&["answer to an address", source, &STANDARD.encode(address), code])
    }

    /// Keyed hash of a password, to know it again.
    pub(super) fn password_hash(&self, password: &Secret<String>) -> [u8; 32] {
        self.code_hash.of(&["password", password.expose()])
    }

    /// Keeps an answer, and tells whether it could. If not it is given all the same, and soon: a
    /// repeat then finds the code used.
    pub(super) async fn keep(&self, keys: &Keys, kept: &Kept) -> bool {
        let what = "the answer to a right code, for a repeat";
        let all = keys.0.iter().map(|key| async move { self.put(*key, &kept.to_bytes(), kept.until, what).await });
        if let Ok(kept) = timeout(PATIENCE, join_all(all)).await {
            return kept.into_iter().all(|is_kept| is_kept);
        }
        tracing::error!("{what}: the store takes too long to keep it");
        false
    }

    /// The answer that was given before.
    pub(super) async fn kept(&self, key: [u8; 32]) -> Option<Kept> {
        Kept::from_bytes(self.get(key).await?.expose())
    }

    /// Remembers that a recovery has no try left; Kratos does not tell it without a try.
    pub(super) async fn mark_exhausted(&self, source: &str, flow: &str, until: Timestamp) {
        let key = self.exhausted_key(source, flow);
        self.put(key, &Secret::new(b"exhausted".to_vec()), until, "that a recovery has no try left").await;
    }

    /// Whether it was marked so.
    pub(super) async fn is_exhausted(&self, source: &str, flow: &str) -> bool {
        self.get(self.exhausted_key(source, flow)).await.is_some()
    }

    /// Keeps a `transient_payload` that is too large for a ticket, for sending again.
    pub(super) async fn keep_payload(&self, ticket: &RecoveryTicket, payload: &Value) {
        let plain = Secret::new(payload.to_string().into_bytes());
        self.put(self.payload_key(ticket), &plain, ticket.expires_at, "a transient_payload, for sending again").await;
    }

    /// What was kept so.
    pub(super) async fn kept_payload(&self, ticket: &RecoveryTicket) -> Option<Value> {
        serde_json::from_slice(self.get(self.payload_key(ticket)).await?.expose()).ok()
    }

    /// Does what noting a try costs, where there is nothing to try: so time tells nobody.
    pub(super) async fn try_nothing(&self, source: &str, address: [u8; 32]) {
        let key = self.address_key(source, address, "");
        self.put(key, &Secret::new(Vec::new()), self.clock.now(), "nothing").await;
    }

    pub(super) async fn put(&self, key: [u8; 32], plain: &Secret<Vec<u8>>, until: Timestamp, what: &str) -> bool {
        let kept = match self.sealer.seal(Purpose::Answer, &key, plain.expose()) {
            Ok(sealed) => self.store.put_answer(key, sealed, until).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = &kept {
            tracing::error!(%error, "{what}: could not be kept");
        }
        kept.is_ok()
    }

    pub(super) async fn get(&self, key: [u8; 32]) -> Option<Secret<Vec<u8>>> {
        let found = self.store.answer(key, self.clock.now()).await;
        let sealed = found.map_err(|error| tracing::error!(%error, "what was kept cannot be read")).ok()??;
        self.sealer.open(Purpose::Answer, &key, &sealed).ok()
    }

    fn exhausted_key(&self, source: &str, flow: &str) -> [u8; 32] {
        self.code_hash.of(&["exhausted", source, flow])
    }

    fn payload_key(&self, ticket: &RecoveryTicket) -> [u8; 32] {
        self.code_hash.of(&["transient payload", &ticket.source, &ticket.flow_id])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_as_it_was_and_shows_no_token() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut kept = Kept::new(Secret::from("ory_st_x"), Some("f".to_owned()), now);
        kept.password = Some([7; 32]);
        kept.passed.password = PasswordState::Refused;
        kept.passed.messages =
            vec![serde_json::from_str(r#"{"id": 4000032, "type": "error", "text": "short"}"#).unwrap()];
        let back = Kept::from_bytes(kept.to_bytes().expose()).unwrap();
        assert_eq!(back.passed.token.expose(), "ory_st_x");
        assert_eq!((back.password, back.settings_flow.as_deref()), (Some([7; 32]), Some("f")));
        assert_eq!(back.until, now + Duration::from_mins(2));
        assert_eq!(format!("{:?}", back.passed), format!("{:?}", kept.passed));
        assert!(!format!("{:?}", back.passed).contains("ory_st"));
    }
}
