//! The SMTP client against a server that misbehaves in every way we could think of; and the courier around it,
//! dropped or broken anywhere in its work.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may")]

#[path = "support/docs.rs"]
mod docs;
#[path = "support/fake_smtp.rs"]
mod fake_smtp;
#[path = "store/helpers.rs"]
#[expect(dead_code, reason = "the store's own tests use the rest")]
mod helpers;

#[path = "smtp/aiosmtpd.rs"]
mod aiosmtpd;
#[path = "smtp/body.rs"]
mod body;
#[path = "smtp/cancelled.rs"]
mod cancelled;
#[path = "smtp/courier.rs"]
mod courier;
#[path = "smtp/dropped.rs"]
mod dropped;
#[path = "smtp/envelope.rs"]
mod envelope;
#[path = "smtp/faults.rs"]
mod faults;
#[path = "smtp/login.rs"]
mod login;
#[path = "smtp/matrix.rs"]
mod matrix;
#[path = "smtp/peers.rs"]
mod peers;
#[path = "smtp/pipelining.rs"]
mod pipelining;
#[path = "smtp/reuse.rs"]
mod reuse;
#[path = "smtp/settler.rs"]
mod settler;
#[path = "smtp/silent_loss.rs"]
mod silent_loss;
#[path = "smtp/smtp_sink.rs"]
mod smtp_sink;
#[path = "smtp/tls.rs"]
mod tls;
#[path = "smtp/worker.rs"]
mod worker;
