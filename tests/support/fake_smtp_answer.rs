//! What the server says: as it should, or as planned.

use super::super::script::{Act, Pipelined, Step};
use super::{Io, Over, Session};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};

impl<S: Io> Session<'_, S> {
    /// Answers a step as planned, and says whether the session goes on as if all were well.
    pub(super) async fn answer(&mut self, step: Step, usual: &str) -> Result<bool, Over> {
        let act = self.shared.act(step);
        self.perform(act, usual).await
    }

    /// What becomes of commands that are here too early.
    fn pipelined(&mut self, usual: &str) -> Result<String, Over> {
        let early = self.stream.buffer().len();
        if early > 0 {
            self.shared.note(|books| books.early += 1);
        }
        let twice = || format!("{usual}\r\n{usual}");
        Ok(match self.shared.setup.pipelined {
            _ if early == 0 => usual.to_owned(),
            Pipelined::Answered => usual.to_owned(),
            Pipelined::HungUpOn => return Err(Over),
            Pipelined::AnsweredTwice => twice(),
            Pipelined::ThrownAway => {
                self.stream.consume(early);
                usual.to_owned()
            }
            Pipelined::Refused => {
                self.stream.consume(early);
                "503 5.5.0 improper command pipelining".to_owned()
            }
        })
    }

    pub(super) async fn perform(&mut self, act: Act, usual: &str) -> Result<bool, Over> {
        let code = usual.get(..3).unwrap_or_default();
        let usual = &self.pipelined(usual)?;
        match act {
            Act::Accept => self.say(format!("{usual}\r\n").as_bytes()).await?,
            Act::Reply(text) => {
                self.say(format!("{text}\r\n").as_bytes()).await?;
                return Ok(text.get(..1) == usual.get(..1));
            }
            Act::ReplyThenDrop(text) => {
                self.say(format!("{text}\r\n").as_bytes()).await?;
                return Err(Over);
            }
            Act::Drop | Act::DropAfter(_) | Act::ReplyAfter(..) => return Err(Over),
            Act::HalfClose => {
                self.stream.shutdown().await?;
                self.listen_only().await?;
            }
            Act::Stall => self.listen_only().await?,
            Act::Garbage => return self.break_off(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
            Act::Half => {
                self.say(usual.get(..usual.len() / 2).unwrap_or_default().as_bytes()).await?;
                return Err(Over);
            }
            Act::Slowly(pause) => {
                for byte in format!("{usual}\r\n").into_bytes() {
                    self.say(&[byte]).await?;
                    tokio::time::sleep(pause).await;
                }
            }
            Act::Latin1 => {
                let first = [code.as_bytes(), b"-Empf\xe4nger gepr\xfcft\r\n"].concat();
                self.say(&[&first, usual.as_bytes(), b"\r\n"].concat()).await?;
            }
            Act::LongLine => return self.break_off(format!("{code} {}\r\n", "x".repeat(4096)).as_bytes()).await,
            Act::Endless => return self.break_off(format!("{code}-more\r\n").repeat(8192).as_bytes()).await,
            Act::Delay(pause) => {
                tokio::time::sleep(pause).await;
                self.say(format!("{usual}\r\n").as_bytes()).await?;
            }
            Act::When(told) => {
                told.notified().await;
                self.say(format!("{usual}\r\n").as_bytes()).await?;
            }
            Act::Inject(bytes) => self.say(&[usual.as_bytes(), b"\r\n", &bytes].concat()).await?,
            Act::Kept(act) => return Box::pin(self.perform(*act, usual)).await,
        }
        Ok(true)
    }

    /// Says what no client should go on from.
    async fn break_off(&mut self, bytes: &[u8]) -> Result<bool, Over> {
        self.say(bytes).await?;
        Ok(false)
    }

    /// Reads to the end, a minute at most, and says nothing.
    pub(super) async fn listen_only(&mut self) -> Result<(), Over> {
        let mut rest = Vec::new();
        drop(tokio::time::timeout(Duration::from_mins(1), self.stream.read_to_end(&mut rest)).await);
        Err(Over)
    }

    pub(super) async fn say(&mut self, bytes: &[u8]) -> Result<(), Over> {
        let said = self.shared.note(|books| {
            let left = books.mute_after.map_or(bytes.len(), |most| most.saturating_sub(books.said).min(bytes.len()));
            books.said += left;
            &bytes[..left]
        });
        self.stream.write_all(said).await?;
        self.stream.flush().await?;
        if said.len() < bytes.len() {
            self.listen_only().await?;
        }
        Ok(())
    }
}
