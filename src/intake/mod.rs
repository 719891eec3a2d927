//! Intake: a post of Kratos becomes a stored message. `accept = parse → policy → render → seal →
//! store`; a free worker gets it in memory once it is committed. Knows no HTTP and no SMTP.

mod letter;
mod own;
mod patience;
mod policy;

pub use letter::{Sender, Settings};
pub use own::{Mailed, OwnMail};

use crate::domain::{
    Channel, Clock, CourierPayload, Event, Message, MessageId, NodeId, Notice, PayloadError, Reason, Reporter, Status,
    TemplateType, told_by_kratos,
};
use crate::handover::{Gate, Hand, Job, Permit, Permits};
use crate::seal::{KeyedHash, Sealer};
use crate::store::{Enqueued, NewMessage, Seen, Store, StoreError, Twin, WebhookId};
use crate::templates::Live;
use letter::Letter;
use patience::Patience;
use std::sync::Arc;
use std::time::Duration;

/// Takes in messages.
pub struct Intake {
    /// Where messages are kept.
    pub store: Store,
    /// What renders them.
    pub templates: Arc<Live>,
    /// What seals them.
    pub sealer: Arc<Sealer>,
    /// The random keys of recipient and idempotency hashes.
    pub hashes: Hashes,
    /// What the operator configured.
    pub settings: Settings,
    /// The free workers.
    pub permits: Permits,
    /// Shut while outcomes cannot be committed.
    pub gate: Arc<Gate>,
    /// What is in hand.
    pub hand: Hand,
    /// This incarnation.
    pub node: NodeId,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where to report.
    pub report: Reporter,
}

/// Two keyed hashes with keys of their own.
pub struct Hashes {
    /// Of recipients: exact search, limits, suppression.
    pub recipient: KeyedHash,
    /// Of messages: the same message again.
    pub idempotency: KeyedHash,
}

/// One authenticated post.
pub struct Post<'a> {
    /// The source it came to.
    pub source: &'a str,
    /// The raw body.
    pub body: &'a [u8],
    /// The id of a Standard Webhooks request.
    pub webhook: Option<WebhookId>,
}

/// What makes posts the same message.
struct Sameness {
    /// Of all posts with this key the first is the message.
    key: [u8; 32],
    /// Kratos and we may both tell of one change.
    twin: Option<Twin>,
    /// To be remembered with it.
    learnt: Vec<Seen>,
}

/// What became of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The message's id; the first one's for a duplicate.
    pub id: MessageId,
    /// `queued`, `duplicate` or `abandoned`.
    pub status: &'static str,
    /// Why it was abandoned at once.
    pub reason: Option<Reason>,
}

/// Why a post was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Somebody's jsonnet is wrong, or Kratos's died.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The webhook id came before with other content.
    #[error("this webhook-id was used before with another body")]
    WebhookReused,
    /// It cannot be stored now; Kratos must try again.
    #[error("{0}")]
    Unavailable(String),
}

impl Intake {
    /// Accepts a post: when this answers `Ok`, the message is on stable storage (promise P1).
    pub async fn accept(&self, post: Post<'_>) -> Result<Accepted, IntakeError> {
        let payload = CourierPayload::parse(post.body)?;
        let key = self.hashes.idempotency.of(&payload.identity_parts());
        let twin = told_by_kratos(&payload).map(|change| self.twin(&change, ["kratos", "postrider"]));
        Box::pin(self.take_in(post.source, &payload, Sameness { key, twin, learnt: Vec::new() }, post.webhook)).await
    }

    /// Accepts a notice of ours as [`Intake::accept`] does a post of Kratos's. A change that Kratos
    /// has told by a mail of its own is a duplicate.
    /// What whoever tells of it has `learnt` is remembered with it.
    pub async fn notify(&self, source: &str, notice: &Notice, learnt: Vec<Seen>) -> Result<Accepted, IntakeError> {
        let payload = CourierPayload::parse(notice.body.expose().as_bytes())?;
        let key = self.hashes.idempotency.of(&words(&notice.key));
        let twin = notice.change.as_ref().map(|change| self.twin(change, ["postrider", "kratos"]));
        Box::pin(self.take_in(source, &payload, Sameness { key, twin, learnt }, None)).await
    }

    /// The name of a change as told by one and as told by the other.
    fn twin(&self, change: &[String], by: [&str; 2]) -> Twin {
        let [own, other] =
            by.map(|by| self.hashes.idempotency.of(&[&["change", by], words(change).as_slice()].concat()));
        Twin { own, other }
    }

    async fn take_in(
        &self,
        source: &str,
        payload: &CourierPayload,
        same: Sameness,
        webhook: Option<WebhookId>,
    ) -> Result<Accepted, IntakeError> {
        // Boxed: it lies in the futures of all that await this.
        let letter = Box::new(letter::write(self, source, payload, self.clock.now(), None));
        self.note_fallback(&letter, payload);
        let patience = Patience::new(&*self.clock);
        let answer = loop {
            // If a try that was cut off is committed all the same, Kratos's repeat is a duplicate.
            match patience.bound(self.store_once(&letter, &same, webhook.clone())).await {
                Ok(answer) => break answer,
                Err(error) => patience.pause(error).await?,
            }
        };
        let abandoned = match answer {
            Enqueued::WebhookReused => return Err(IntakeError::WebhookReused),
            // An earlier try of this loop was thought lost.
            Enqueued::Duplicate(first) if first == letter.message.id => self.refused_before(&letter.message).await,
            Enqueued::Duplicate(first) => {
                (self.report)(Event::Duplicate { source: source.to_owned() });
                tracing::info!(mail.id = %first, "the same message came again");
                return Ok(Accepted { id: first, status: "duplicate", reason: None });
            }
            Enqueued::Refused(reason) => Some(reason),
            Enqueued::Stored(_) => letter.message.reason,
            Enqueued::Delayed { superseded } => {
                self.told_delayed(&letter.message, superseded.as_deref());
                None
            }
        };
        Ok(self.told(source, payload, &letter.message, abandoned))
    }

    /// The hash under which a recipient is found, however it is written.
    pub fn recipient_hash(&self, recipient: &str) -> [u8; 32] {
        letter::recipient_hash(&self.hashes, recipient)
    }

    /// Why an earlier try of a message, whose answer was lost, was refused.
    async fn refused_before(&self, message: &Message) -> Option<Reason> {
        let found = self.store.get(message.id).await.ok().flatten().and_then(|found| found.message.reason);
        // The courier may have it by now: what becomes of it there is told there.
        let ours = |reason: &Reason| matches!(reason, Reason::Suppressed | Reason::Limited);
        found.filter(ours).or(message.reason)
    }

    async fn store_once(
        &self,
        letter: &Letter,
        same: &Sameness,
        webhook: Option<WebhookId>,
    ) -> Result<Enqueued, StoreError> {
        let (new, hand_over) = self.born(letter, same.key, webhook)?;
        let limit = Some(policy::limit(&self.settings, new.message.lane));
        let new = NewMessage { limit, twin: same.twin, learnt: same.learnt.clone(), ..new };
        let permits = self.permits.clone();
        let on_commit = move |answer: &Enqueued| match answer {
            Enqueued::Stored(status) => hand_over(*status),
            Enqueued::Delayed { .. } => permits.wake(),
            _ => {}
        };
        self.store.enqueue(new, on_commit).await
    }

    /// The row as it is born, leased if a worker is free, and what follows its commit, also when
    /// whoever sent it hung up meanwhile: no row stays leased to a worker that never hears of it.
    fn born(
        &self,
        letter: &Letter,
        key: [u8; 32],
        webhook: Option<WebhookId>,
    ) -> Result<(NewMessage, impl FnOnce(Status) + Send + 'static), StoreError> {
        if let Some(why) = self.gate.why_shut(self.clock.elapsed()) {
            return Err(StoreError::Unavailable(format!("courier: {why}")));
        }
        let mut message = letter.message.clone();
        let permit = self.permit_for(&message);
        if permit.is_some() {
            message.status = Status::Processing;
            message.send_count = 1;
        }
        let job = permit.map(|permit| (permit, self.job(letter, &message)));
        let (permits, lane, waits) = (self.permits.clone(), message.lane, message.channel == Channel::Email);
        let new = NewMessage {
            lease: job.is_some().then_some(self.node),
            idempotency_key: key,
            twin: None,
            idempotent_until: message.created_at + policy::window(message.lane),
            webhook,
            sealed: letter.sealed.clone(),
            limit: None,
            learnt: Vec::new(),
            message,
        };
        let hand_over = move |status| match (status, job) {
            (Status::Processing, Some((permit, job))) => {
                let heard = permit.hand(job).is_ok();
                tracing::debug!(heard, "handed to a worker; what no worker hears goes back to the queue");
            }
            (Status::Queued, _) if waits => permits.note_waiting(lane),
            _ => {}
        };
        Ok((new, hand_over))
    }

    fn permit_for(&self, message: &Message) -> Option<Permit> {
        let deliverable = message.channel == Channel::Email && message.status == Status::Queued;
        deliverable.then(|| self.permits.take_for(message, self.clock.elapsed()))?
    }

    fn job(&self, letter: &Letter, message: &Message) -> Job {
        let left = message.expires_at.duration_since(message.created_at);
        let deadline = self.clock.elapsed() + Duration::try_from(left).unwrap_or_default();
        Job { message: message.clone(), mail: letter.mail.clone(), deadline, hold: self.hand.hold(message.id) }
    }

    fn note_fallback(&self, letter: &Letter, payload: &CourierPayload) {
        if let Some(cause) = letter.fallback {
            tracing::warn!(
                mail.id = %letter.message.id, mail.template = payload.template_type.as_str(), cause,
                "Kratos's own text or a built-in template goes out instead of the configured one"
            );
            (self.report)(Event::Fallback { template_type: payload.template_type.label(), cause });
        }
    }

    /// Its recipient had too many of its type.
    fn told_delayed(&self, message: &Message, superseded: Option<&Message>) {
        let (id, template, recipient) = (message.id, &message.template_type, &message.recipient_masked);
        tracing::warn!(mail.id = %id, mail.template = template, recipient, "its recipient had too many of these: the mail waits for its turn");
        if let Some(Message { id, reason, lane, template_type, created_at, .. }) = superseded {
            tracing::warn!(mail.id = %id, mail.template = template_type, reason = "superseded", "mail abandoned");
            let after = self.clock.now().duration_since(*created_at).unsigned_abs();
            let template_type = TemplateType::parse(template_type).label();
            let (status, reason, lane) = (Status::Abandoned, *reason, *lane);
            (self.report)(Event::Final { status, reason, template_type, lane, after });
        }
    }

    /// Counts, logs and answers.
    fn told(&self, source: &str, payload: &CourierPayload, message: &Message, abandoned: Option<Reason>) -> Accepted {
        let (id, lane, template_type) = (message.id, message.lane, payload.template_type.label());
        (self.report)(Event::Accepted { source: source.to_owned(), template_type, lane });
        let template = payload.template_type.as_str();
        if let Some(reason) = abandoned {
            tracing::warn!(mail.id = %id, mail.template = template, recipient = message.recipient_masked, %reason, "mail abandoned at intake");
            let (status, after) = (Status::Abandoned, Duration::ZERO);
            (self.report)(Event::Final { status, reason: Some(reason), template_type, lane, after });
            return Accepted { id, status: "abandoned", reason: Some(reason) };
        }
        if message.channel == Channel::Sms {
            tracing::error!(mail.id = %id, mail.template = template, "an SMS has no provider; it waits until {} for one", message.expires_at);
        } else {
            tracing::info!(mail.id = %id, mail.template = template, recipient = message.recipient_masked, locale = message.locale, "mail accepted");
        }
        Accepted { id, status: "queued", reason: None }
    }
}

fn words(parts: &[String]) -> Vec<&str> {
    parts.iter().map(String::as_str).collect()
}
