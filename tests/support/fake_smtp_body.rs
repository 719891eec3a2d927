//! The body of a mail and its dot.

use super::super::script::{Act, Afterwards, Step};
use super::super::{Aborted, Mail};
use super::{Io, Over, Session};
use std::time::Duration;
use tokio::io::AsyncBufReadExt as _;

/// What a mail was refused with in the midst of its body, and how the server goes on.
type Refusal = (String, Afterwards);

impl<S: Io> Session<'_, S> {
    /// Reads the body to its dot, or notes how far it came. What it was refused with on the way.
    pub(super) async fn body(&mut self) -> Result<(Vec<u8>, Option<Refusal>), Over> {
        let act = self.shared.act(Step::Body);
        let mut bytes = Vec::new();
        let read = self.read_body(act, &mut bytes).await;
        if read.is_err() {
            let aborted = Aborted { connection: self.number, bytes: bytes.len() };
            self.shared.note(|books| books.aborted.push(aborted));
        }
        let refusal = read?;
        Ok((bytes.split_inclusive(|byte| *byte == b'\n').flat_map(undoubled).copied().collect(), refusal))
    }

    async fn read_body(&mut self, act: Act, bytes: &mut Vec<u8>) -> Result<Option<Refusal>, Over> {
        let mut refused = None;
        match &act {
            Act::Stall => std::future::pending().await,
            Act::Drop => return Err(Over),
            Act::Reply(text) => self.say(format!("{text}\r\n").as_bytes()).await?,
            Act::ReplyThenDrop(text) => {
                self.say(format!("{text}\r\n").as_bytes()).await?;
                return Err(Over);
            }
            _ => {}
        }
        loop {
            match &act {
                Act::HalfClose | Act::Garbage | Act::LongLine if bytes.len() >= 100_000 => {
                    self.perform(act.clone(), "250 2.0.0 in the midst of it").await?;
                    self.listen_only().await?;
                }
                Act::DropAfter(limit) if bytes.len() >= *limit => return Err(Over),
                Act::ReplyAfter(limit, reply, afterwards) if bytes.len() >= *limit && refused.is_none() => {
                    self.say(format!("{reply}\r\n").as_bytes()).await?;
                    if *afterwards == Afterwards::Drop {
                        return Err(Over);
                    }
                    refused = Some((reply.clone(), *afterwards));
                }
                _ => {}
            }
            let start = bytes.len();
            if self.stream.read_until(b'\n', bytes).await? == 0 {
                return Err(Over);
            }
            if bytes.get(start..) == Some(b".\r\n".as_slice()) && (start == 0 || bytes[..start].ends_with(b"\r\n")) {
                bytes.truncate(start);
                return Ok(refused);
            }
        }
    }

    /// The dot of a mail that was refused on the way.
    pub(super) async fn dot_after(&mut self, reply: &str, afterwards: Afterwards, mail: Mail) -> Result<(), Over> {
        self.shared.note(|books| {
            if afterwards == Afterwards::Keep {
                books.contradicted.push(mail.clone());
                books.mails.push(mail);
            } else {
                books.refused += 1;
            }
        });
        // Whoever takes the refusal for the answer to the dot has gone on by now.
        tokio::time::sleep(Duration::from_millis(20)).await;
        match afterwards {
            Afterwards::Drop | Afterwards::Swallow => Ok(()),
            Afterwards::Repeat => self.say(format!("{reply}\r\n").as_bytes()).await,
            Afterwards::Keep => self.say(b"250 2.0.0 queued after all\r\n").await,
        }
    }

    /// Books the mail before the reply is out, as a server must.
    pub(super) async fn dot(&mut self, mail: Mail) -> Result<(), Over> {
        let act = self.shared.act(Step::Dot);
        self.shared.note(|books| if act.keeps() { books.mails.push(mail) } else { books.refused += 1 });
        self.perform(act, "250 2.0.0 queued as FAKE").await.map(drop)
    }
}

fn undoubled(line: &[u8]) -> &[u8] {
    line.strip_prefix(b".").unwrap_or(line)
}
