//! The body on the wire: lines end in CRLF, dots at their start are doubled (RFC 5321 4.5.2), and it
//! is known at any moment whether the end of the data may be out.

use super::outcome::{Answer, Fault};
use super::wire::Wire;
use crate::domain::{Phase, Secret};
use std::time::Duration;

/// What is written, and waited for, at a time.
const BLOCK: usize = 64 * 1024;
/// What ends the data. Its CRLF is also the end of the last line.
const END: &[u8] = b"\r\n.\r\n";

/// A message ready to be written after the 354.
#[derive(Debug)]
pub(super) struct Body {
    bytes: Secret<Vec<u8>>,
    size: usize,
    eight_bit: bool,
}

impl Body {
    /// Encodes a message. A lone CR or LF becomes CRLF (RFC 5321 2.3.8 forbids to send one): some
    /// servers take LF for the end of a line, so that a dot behind it could end the data.
    pub(super) fn of(message: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(message.len() + message.len() / 16 + END.len());
        let (mut doubled, mut line_start, mut previous, mut eight_bit) = (0, true, 0, false);
        for byte in message.iter().copied() {
            let within_crlf = byte == b'\n' && previous == b'\r';
            previous = byte;
            match byte {
                b'\n' if within_crlf => continue,
                b'\r' | b'\n' => bytes.extend_from_slice(b"\r\n"),
                _ => {
                    if byte == b'.' && line_start {
                        bytes.push(b'.');
                        doubled += 1;
                    }
                    eight_bit |= !byte.is_ascii();
                    bytes.push(byte);
                }
            }
            line_start = matches!(byte, b'\r' | b'\n');
        }
        bytes.extend_from_slice(if bytes.ends_with(b"\r\n") { b".\r\n" } else { END });
        let size = bytes.len() - doubled - b".\r\n".len();
        Self { bytes: Secret::new(bytes), size, eight_bit }
    }

    /// What `SIZE=` counts: without the dots of transparency and the one at the end (RFC 1870 3).
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// Whether a byte is beyond ASCII.
    pub(super) const fn eight_bit(&self) -> bool {
        self.eight_bit
    }

    /// Writes it all, the dot included. An error says how far it came as [`super::outcome::judge`]
    /// reads it, with the server's answer where it gave one before the end.
    pub(super) async fn write(&self, wire: &mut Wire, limit: Duration) -> Result<(), (Phase, Answer)> {
        let bytes = self.bytes.expose();
        let mut out = 0;
        for block in bytes.chunks(BLOCK) {
            if wire.has_spoken().await {
                return Err(self.early(wire, out, limit).await);
            }
            let mut block_out = 0;
            let written = wire.write_block(block, &mut block_out, limit).await;
            out += block_out;
            if let Err(fault) = written {
                return Err(self.broken_off(wire, out, fault, limit).await);
            }
        }
        Ok(())
    }

    /// How far `out` bytes are. RFC 5321 4.1.1.4: a server may accept only with the whole of the end.
    fn reached(&self, out: usize) -> Phase {
        let content = self.bytes.expose().len() - END.len();
        match out {
            0 => Phase::Data,
            out if out <= content => Phase::Body,
            _ => Phase::Dot,
        }
    }

    /// What the server said in the midst of the body: often why it is about to hang up.
    async fn early(&self, wire: &mut Wire, out: usize, limit: Duration) -> (Phase, Answer) {
        match wire.reply(limit).await {
            Ok(reply) => (Phase::Body, Ok(reply)),
            Err(fault) => (self.reached(out), Err(fault)),
        }
    }

    /// A write failed: a server that refuses before the end often hangs up with the rest unread. A
    /// refusal counts however much is out; an acceptance only where none of the end may be.
    async fn broken_off(&self, wire: &mut Wire, out: usize, fault: Fault, limit: Duration) -> (Phase, Answer) {
        let phase = self.reached(out);
        if !wire.has_spoken().await {
            return (phase, Err(fault));
        }
        match (phase, wire.reply(limit).await) {
            (Phase::Dot, Ok(reply)) if reply.code >= 400 => (Phase::Dot, Ok(reply)),
            (Phase::Dot, _) => (Phase::Dot, Err(fault)),
            (_, Ok(reply)) => (Phase::Body, Ok(reply)),
            (_, Err(fault)) => (phase, Err(fault)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(message: &str) -> String {
        String::from_utf8(Body::of(message.as_bytes()).bytes.expose().clone()).unwrap()
    }

    #[test]
    fn dots_at_the_start_of_a_line_are_doubled() {
        for (message, wire) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            ("", "\r\n.\r\n"),
            (".", "..\r\n.\r\n"),
            (".\r\n", "..\r\n.\r\n"),
            ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
            ("a\r\n..\r\n", "a\r\n...\r\n.\r\n"),
            ("a.b\r\n.c.\r\n", "a.b\r\n..c.\r\n.\r\n"),
            ("\r\n\r\n", "\r\n\r\n.\r\n"),
        ] {
            assert_eq!(encoded(message), wire, "{message:?}");
        }
    }

    #[test]
    fn a_lone_cr_or_lf_cannot_smuggle_a_dot() {
        assert_eq!(encoded("a\n.\nMAIL\n"), "a\r\n..\r\nMAIL\r\n.\r\n");
        assert_eq!(encoded("a\r.\rb"), "a\r\n..\r\nb\r\n.\r\n");
        assert_eq!(encoded("a\r\r\n\n.\n"), "a\r\n\r\n\r\n..\r\n.\r\n");
    }

    #[test]
    fn size_counts_neither_doubled_dots_nor_the_end() {
        for (message, size) in [("a\r\n", 3), ("a", 3), (".\r\n.\r\n", 6), ("", 2)] {
            assert_eq!(Body::of(message.as_bytes()).size(), size, "{message:?}");
        }
    }

    #[test]
    fn the_reach_is_data_then_body_then_dot() {
        let body = Body::of(b"abc\r\n");
        let reached: Vec<Phase> = (0..=8).map(|out| body.reached(out)).collect();
        let expected = [&[Phase::Data][..], &[Phase::Body; 3], &[Phase::Dot; 5]].concat();
        assert_eq!(reached, expected);
    }

    proptest! {
        #[test]
        fn a_server_reads_back_what_was_written(lines in proptest::collection::vec("[.a-c]{0,4}", 0..12)) {
            let message: String = lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect();
            let wire = encoded(&message);
            let data = wire.strip_suffix(".\r\n").unwrap();
            let ends_early = format!("\r\n{data}").contains("\r\n.\r\n");
            prop_assert!(!ends_early);
            let read: String =
                data.split_inclusive("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            prop_assert_eq!(read, if message.is_empty() { "\r\n" } else { &message });
        }
    }
}
