//! Hooks: an Ory Action becomes security notices. `decide` compares what Kratos tells with what was
//! last seen of that identity (keyed hashes only) and says which notices are due; `learn` keeps
//! what was seen, after the notices are stored. Who mails them is the caller's business: no verb
//! calls another. Knows no HTTP and no template.

mod device;
mod memory;
mod notices;
mod ways;

pub use memory::Learnt;

use crate::domain::{Action, Clock, Notice, NoticeKind};
use crate::seal::KeyedHash;
use crate::store::{Store, StoreError};
use memory::{Kind, Memory};
use std::collections::BTreeMap;
use std::sync::Arc;
use ways::Ways;

/// Turns actions into notices.
pub struct Hooks {
    /// `hooks.<name>.notice`.
    pub asked: BTreeMap<String, NoticeKind>,
    /// «This was not me», by source.
    pub recovery_urls: BTreeMap<String, String>,
    /// Hashes identities and what was seen of them.
    pub hash: KeyedHash,
    /// Where the hashes are kept.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// One authenticated call.
pub struct Call<'a> {
    /// The source whose credential matched.
    pub source: &'a str,
    /// The hook's name.
    pub name: &'a str,
    /// The raw body.
    pub body: &'a [u8],
    /// `Ory-Webhook-Trigger-ID`: equal across the retries of one call (Kratos v25.4+).
    pub trigger: Option<&'a str>,
}

/// What is to be done about a call.
#[derive(Default)]
pub struct Decision {
    /// To be mailed.
    pub notices: Vec<Notice>,
    /// To be remembered once they are stored.
    pub learnt: Learnt,
}

/// Why a call leads to nothing.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The configuration has no such hook.
    #[error("no hook of this name is configured; add it under hooks")]
    Unknown,
    /// Somebody's jsonnet is wrong.
    #[error("the body is not a JSON object; use the jsonnet of deploy/kratos/actions.yml")]
    NotUnderstood,
    /// What was seen before cannot be read now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Hooks {
    /// Whether a notice of this kind is asked for by any hook.
    pub fn wants(&self, kind: NoticeKind) -> bool {
        self.asked.values().any(|asked| *asked == kind)
    }

    /// Which notices a call leads to.
    pub async fn decide(&self, call: &Call<'_>) -> Result<Decision, HookError> {
        let kind = *self.asked.get(call.name).ok_or(HookError::Unknown)?;
        let action = Action::parse(call.body).ok_or(HookError::NotUnderstood)?;
        let Some(person) = &action.person else { return Ok(Decision::default()) };
        let memory = Memory { hooks: self, source: call.source, person: &person.id };
        let writer = notices::Writer::new(self, call, &action, person, self.clock.now());
        let mut decision = Decision::default();
        match kind {
            NoticeKind::PasswordChanged => decision.notices = writer.to_all("password_changed", &[]),
            NoticeKind::RecoveryUsed => decision.notices = writer.recovery_used(),
            NoticeKind::AddressChanged => decision.notices = writer.to_the_old(),
            NoticeKind::NewLogin => decision = self.login(&writer, &memory).await?,
            NoticeKind::Welcome => {
                if memory.look(Kind::Welcome).await?.is_empty() && person.verified().next().is_some() {
                    decision.notices = writer.telling.to_all("welcome", &[], &person.id);
                    decision.learnt = memory.seen(Kind::Welcome, ["once"]);
                }
            }
            // read off the settings flow below
            NoticeKind::MethodsChanged
            | NoticeKind::LoginMethodChanged
            | NoticeKind::LoginMethodAdded
            | NoticeKind::LoginMethodRemoved
            | NoticeKind::TwoFactorChanged
            | NoticeKind::TwoFactorEnabled
            | NoticeKind::TwoFactorDisabled => {}
        }
        // Each settings flow lists all ways in, whatever it changed: what is seen now is compared next time.
        if let Some(now) = &action.methods {
            let ways = Ways::compare(now, &memory).await?;
            for (name, method) in ways.notices(kind) {
                let method = method.map(|method| ("method", method.as_str()));
                decision.notices.extend(writer.to_all(name, method.as_slice()));
            }
            decision.learnt.0.extend(ways.learnt.0);
        }
        Ok(decision)
    }

    /// Keeps what was seen. Called when the notices are stored: a repeat of the call then leads to nothing.
    pub async fn learn(&self, learnt: Learnt) -> Result<(), StoreError> {
        self.store.learn(learnt.0, self.clock.now()).await
    }

    /// A device or a place that this identity never logged in from; its first login ever is no news.
    async fn login(&self, writer: &notices::Writer<'_>, memory: &Memory<'_>) -> Result<Decision, HookError> {
        let known = [memory.look(Kind::Device).await?, memory.look(Kind::Place).await?];
        let agent = writer.action.user_agent.as_ref().map(|agent| device::same_device(agent.expose()));
        let network = writer.action.client.map(device::network);
        let mut learnt = memory.seen(Kind::Device, agent.as_deref());
        learnt.0.extend(memory.seen(Kind::Place, network.as_deref()).0);
        let [devices, places] = &known;
        let is_new = learnt.0.iter().any(|seen| !devices.contains(&seen.value) && !places.contains(&seen.value));
        let is_first = devices.is_empty() && places.is_empty();
        let key = format!("{} {}", agent.unwrap_or_default(), network.unwrap_or_default());
        let notices = if is_new && !is_first { writer.telling.to_all("new_login", &[], &key) } else { Vec::new() };
        Ok(Decision { notices, learnt })
    }
}

#[cfg(test)]
mod tests;
