//! A mail provider as they are: TLS, and a while until it takes a mail. It keeps books of when it took
//! which, by the digits of the recipient.

use rustls::pki_types::PrivateKeyDer;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A mail that it took.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    /// When its 250 was out.
    pub(crate) at: Instant,
    /// How long that was after the dot had come.
    pub(crate) own: Duration,
}

#[derive(Default)]
struct Books {
    mails: Mutex<HashMap<u64, Taken>>,
    connections: AtomicUsize,
}

/// Runs on a thread of its own to the end of the program.
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    books: Arc<Books>,
}

impl Provider {
    /// Takes a mail after `delay`.
    pub(crate) fn start(delay: Duration) -> Self {
        let books = Arc::new(Books::default());
        let (told, address) = std::sync::mpsc::channel();
        let kept = Arc::clone(&books);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (listener, tls) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), acceptor());
                told.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, tls.clone(), delay, Arc::clone(&kept)));
                }
            });
        });
        Self { address: address.recv().unwrap(), books }
    }

    /// The mail to the recipient with this number, if it was taken.
    pub(crate) fn taken(&self, number: u64) -> Option<Taken> {
        self.books.mails.lock().unwrap().get(&number).copied()
    }

    /// How many mails it took, the first and the last of them.
    pub(crate) fn all(&self) -> (usize, Option<(Instant, Instant)>) {
        let mails = self.books.mails.lock().unwrap();
        let times = || mails.values().map(|taken| taken.at);
        (mails.len(), times().min().zip(times().max()))
    }

    pub(crate) fn connections(&self) -> usize {
        self.books.connections.load(Ordering::Relaxed)
    }
}

fn acceptor() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key);
    TlsAcceptor::from(Arc::new(config.unwrap()))
}

async fn serve(stream: TcpStream, tls: TlsAcceptor, delay: Duration, books: Arc<Books>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = tls.accept(stream).await?;
    books.connections.fetch_add(1, Ordering::Relaxed);
    stream.write_all(b"220 provider ESMTP\r\n").await?;
    let (mut input, mut output) = (Vec::with_capacity(65_536), Vec::new());
    let (mut in_body, mut number) = (false, 0);
    while stream.read_buf(&mut input).await? > 0 {
        output.clear();
        if in_body {
            if !input.ends_with(b"\r\n.\r\n") {
                continue;
            }
            let came = Instant::now();
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            stream.write_all(b"250 taken\r\n").await?;
            stream.flush().await?;
            let at = Instant::now();
            books.mails.lock().unwrap().insert(number, Taken { at, own: at - came });
            in_body = false;
            input.clear();
        }
        while let Some(end) = input.iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8(input.drain(..=end).collect()).unwrap();
            if line.starts_with("RCPT") {
                number = digits(&line);
            }
            in_body = line.starts_with("DATA");
            output.extend_from_slice(reply(&line).as_bytes());
        }
        stream.write_all(&output).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// The longest number in a line.
fn digits(line: &str) -> u64 {
    let numbers = line.split(|letter: char| !letter.is_ascii_digit());
    numbers.max_by_key(|number| number.len()).and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn reply(line: &str) -> &'static str {
    match line.get(..4).unwrap_or_default() {
        "EHLO" => "250-provider\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 SMTPUTF8\r\n",
        "AUTH" => "235 welcome\r\n",
        "DATA" => "354 go on\r\n",
        "QUIT" => "221 bye\r\n",
        _ => "250 ok\r\n",
    }
}
