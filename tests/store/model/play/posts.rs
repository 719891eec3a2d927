//! Posts.

use super::super::books::{Content, Known};
use super::super::limits::{TYPES, Taken};
use super::super::steps::Post;
use super::{Game, Outcome, same, seconds};
use crate::helpers::{after, new};
use postrider::domain::{Channel, Lane, Status};
use postrider::store::NewMessage;

/// The hash of somebody's address.
pub(super) fn hash(recipient: u8) -> [u8; 32] {
    [recipient + 1; 32]
}

impl Game {
    pub(super) async fn post(&mut self, step: &Post) -> Outcome {
        let Post { key, recipient, kind, sms, leased_by, due_in, window, .. } = *step;
        let mut post = self.mail(key, recipient, kind, step.lives);
        post.message.lane = Lane::ALL[step.lane];
        post.message.due_at = after(self.books.now + due_in);
        post.idempotent_until = after(self.books.now + window);
        post.limit = TYPES[kind].1;
        if sms {
            post.message.channel = Channel::Sms;
        }
        let leased_by = leased_by.filter(|_| !sms);
        if let Some(node) = leased_by {
            (post.message.status, post.message.send_count) = (Status::Processing, 1);
            post.lease = Some(self.nodes[node]);
        }
        let known = self.known(&post, recipient, kind, leased_by);
        let should = match self.books.take_key(key, known.id, window) {
            Some(first) => Taken::Duplicate(first),
            None => self.books.take_in(known),
        };
        let answer = self.store().enqueue(post, |_| ()).await.unwrap();
        same("a post", answer.into(), should)
    }

    /// A mail to somebody, that lives so long.
    pub(super) fn mail(&self, key: u8, recipient: u8, kind: usize, lives: i64) -> NewMessage {
        let mut post = new(self.time(), Lane::Codes, key);
        post.message.recipient_hash = hash(recipient);
        post.message.template_type = TYPES[kind].0.to_owned();
        post.message.expires_at = after(self.books.now + lives);
        post.sealed = Some(vec![key; 40]);
        post
    }

    pub(super) fn known(&self, post: &NewMessage, recipient: u8, kind: usize, node: Option<usize>) -> Known {
        let message = &post.message;
        Known {
            id: message.id,
            recipient,
            kind,
            lane: message.lane,
            sms: message.channel == Channel::Sms,
            created: self.books.now,
            shifted_before: None,
            updated: self.books.now,
            due: seconds(message.due_at),
            expires: seconds(message.expires_at),
            status: message.status,
            reason: None,
            send_count: message.send_count,
            attempts: 0,
            node,
            content: Content::Kept,
            replies: 0,
            lines: 0,
            forgotten: false,
        }
    }
}
