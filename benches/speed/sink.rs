//! An SMTP server that takes everything, or refuses every log-in, on a thread of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a sink does.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    Accept,
    /// 535: the courier pauses such a provider for 30 s and more.
    RefuseLogIn,
}

pub(crate) struct Sink {
    address: SocketAddr,
    taken: Arc<Taken>,
}

/// What it took: mails, and their bytes with the dot.
#[derive(Default)]
struct Taken {
    mails: AtomicU64,
    bytes: AtomicU64,
}

impl Sink {
    pub(crate) fn start(mode: Mode) -> Self {
        let taken = Arc::new(Taken::default());
        let (told, address) = std::sync::mpsc::channel();
        let count = Arc::clone(&taken);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    // A client that goes away in the middle is none of the sink's business.
                    tokio::spawn(serve(stream, mode, Arc::clone(&count)));
                }
            });
        });
        Self { address: address.recv().unwrap(), taken }
    }

    /// The `connection_uri` for it.
    pub(crate) fn uri(&self) -> String {
        format!("smtp://user:password@{}/?disable_starttls=true", self.address)
    }

    /// How many mails it took.
    pub(crate) fn accepted(&self) -> u64 {
        self.taken.mails.load(Ordering::Relaxed)
    }

    /// The average size of a mail, in bytes.
    pub(crate) fn average_size(&self) -> u64 {
        self.taken.bytes.load(Ordering::Relaxed) / self.accepted().max(1)
    }
}

async fn serve(mut stream: TcpStream, mode: Mode, taken: Arc<Taken>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 sink ESMTP\r\n").await?;
    let (mut input, mut output) = (Vec::with_capacity(65_536), Vec::new());
    let mut in_body = false;
    while stream.read_buf(&mut input).await? > 0 {
        output.clear();
        if in_body {
            // The courier waits for the reply to its dot, so the dot is the end of what has come.
            if !input.ends_with(b"\r\n.\r\n") {
                continue;
            }
            taken.mails.fetch_add(1, Ordering::Relaxed);
            taken.bytes.fetch_add(input.len() as u64, Ordering::Relaxed);
            in_body = false;
            input.clear();
            output.extend_from_slice(b"250 taken\r\n");
        }
        while let Some(end) = input.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = input.drain(..=end).collect();
            let reply = reply(&line, mode);
            in_body = reply.starts_with("354");
            output.extend_from_slice(reply.as_bytes());
        }
        stream.write_all(&output).await?;
    }
    Ok(())
}

fn reply(line: &[u8], mode: Mode) -> &'static str {
    match (line.get(..4).unwrap_or_default(), mode) {
        (b"EHLO", _) => "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 SMTPUTF8\r\n",
        (b"AUTH", Mode::Accept) => "235 welcome\r\n",
        (b"AUTH", Mode::RefuseLogIn) => "535 5.7.8 no\r\n",
        (b"DATA", _) => "354 go on\r\n",
        (b"QUIT", _) => "221 bye\r\n",
        _ => "250 ok\r\n",
    }
}
