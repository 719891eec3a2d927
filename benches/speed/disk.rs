//! The best that an acknowledgement can be: write as many bytes as one stored message adds to the
//! write-ahead log, make them durable, and nothing else.

use crate::load::Seen;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// The log is written over from its beginning after so many bytes, as postrider's is.
const ROUND: usize = 16 * 1024 * 1024;

/// Writes and calls fdatasync, one after the other, for `time`.
pub(crate) fn write_and_sync(folder: &Path, bytes: usize, time: Duration) -> Seen {
    let mut file = File::create(folder.join("bare")).unwrap();
    let block: Vec<u8> = (0..bytes).map(|_| fastrand::u8(..)).collect();
    let (started, mut latencies, mut at) = (Instant::now(), Vec::new(), 0);
    while started.elapsed() < time {
        if at + bytes > ROUND {
            file.seek(SeekFrom::Start(0)).unwrap();
            at = 0;
        }
        let begun = Instant::now();
        file.write_all(&block).unwrap();
        file.sync_data().unwrap();
        latencies.push(begun.elapsed());
        at += bytes;
    }
    Seen::of(latencies, started.elapsed())
}
