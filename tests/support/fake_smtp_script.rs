//! What the fake server can be told to do wrong, and where.

use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// A point of a session at which the server acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Before it answers at all; for the tables of tests, the server never comes here.
    Connect,
    /// Before its 220.
    Greeting,
    /// EHLO, each of them.
    Ehlo,
    /// HELO.
    Helo,
    /// STARTTLS.
    StartTls,
    /// Instead of the TLS handshake, in clear.
    Tls,
    /// AUTH and each line that belongs to it.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// DATA although there is no recipient; the usual answer is 503.
    DataWithoutRecipient,
    /// After the 354: acts while the body comes.
    Body,
    /// After the final dot.
    Dot,
    /// RSET.
    Rset,
    /// QUIT.
    Quit,
}

/// What the server does instead of answering well.
#[derive(Debug, Clone)]
pub enum Act {
    /// The usual answer.
    Accept,
    /// This line (or these, parted by `\r\n`) instead; CRLF is added. At [`Step::Body`] at once, and
    /// reading goes on. The mail is kept if it stands at the dot and begins with 2.
    Reply(String),
    /// This line, then the end of the connection.
    ReplyThenDrop(String),
    /// The end of the connection without a word.
    Drop,
    /// At [`Step::Body`]: the end after so many bytes, with the rest unread (a reset, mostly). What
    /// else breaks there breaks after 100,000 bytes.
    DropAfter(usize),
    /// At [`Step::Body`]: this line after so many bytes, if as many come, and the mail is not kept.
    ReplyAfter(usize, String, Afterwards),
    /// No more words from the server, though it goes on reading.
    HalfClose,
    /// Silence. At [`Step::Body`] it does not even read.
    Stall,
    /// `HTTP/1.1 400 …`.
    Garbage,
    /// The first half of the usual answer, then the end of the connection.
    Half,
    /// The usual answer, byte by byte with this pause between.
    Slowly(Duration),
    /// The usual answer with a line of Latin-1 text before it.
    Latin1,
    /// The usual answer's code with a line of 4 KiB.
    LongLine,
    /// The usual answer's code on lines without an end, 64 KiB of them.
    Endless,
    /// The usual answer after this pause.
    Delay(Duration),
    /// The usual answer once the test says so.
    When(Arc<Notify>),
    /// The usual answer with these bytes behind it in the same packet.
    Inject(Vec<u8>),
    /// At [`Step::Dot`]: the mail is kept, whatever becomes of the reply.
    Kept(Box<Act>),
}

impl Act {
    /// [`Act::Reply`].
    pub fn reply(text: &str) -> Self {
        Self::Reply(text.to_owned())
    }

    /// [`Act::Kept`].
    pub fn kept(self) -> Self {
        Self::Kept(Box::new(self))
    }

    /// Whether a mail whose dot met this act is the server's.
    pub(crate) fn keeps(&self) -> bool {
        match self {
            Self::Accept
            | Self::Slowly(_)
            | Self::Latin1
            | Self::Delay(_)
            | Self::When(_)
            | Self::Inject(_)
            | Self::Kept(_) => true,
            Self::Reply(text) | Self::ReplyThenDrop(text) => text.starts_with('2'),
            _ => false,
        }
    }
}

/// How a server goes on that has refused a mail in the midst of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// It hangs up with the rest unread.
    Drop,
    /// It reads to the dot and says no more.
    Swallow,
    /// It reads to the dot and says the same again.
    Repeat,
    /// It reads to the dot and keeps the mail after all: it contradicts itself.
    Keep,
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Never; STARTTLS is not offered.
    None,
    /// STARTTLS is offered.
    Offered,
    /// At once.
    Implicit,
}

/// How a server is made: [`super::FakeSmtp::with`].
#[derive(Debug, Clone)]
pub struct Setup {
    /// When TLS begins.
    pub tls: Tls,
    /// User and password; AUTH is offered, and MAIL answered 530 without it.
    pub credentials: Option<(String, String)>,
    /// The AUTH mechanisms offered: `PLAIN LOGIN`.
    pub mechanisms: String,
    /// EHLO keywords offered besides STARTTLS and AUTH.
    pub extensions: Vec<String>,
    /// The names that the certificate holds.
    pub names: Vec<String>,
    /// Whether a client must show this certificate.
    pub client: Option<CertificateDer<'static>>,
    /// What it does to commands that come before the answer to the one before.
    pub pipelined: Pipelined,
}

/// What a server makes of pipelined commands, whatever it offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pipelined {
    /// Answers each in its turn.
    Answered,
    /// Throws away what had come when it answers.
    ThrownAway,
    /// Answers 503 once and throws it away.
    Refused,
    /// Hangs up.
    HungUpOn,
    /// Answers each twice.
    AnsweredTwice,
}

impl Default for Setup {
    fn default() -> Self {
        let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect();
        Self {
            tls: Tls::None,
            credentials: None,
            mechanisms: "PLAIN LOGIN".to_owned(),
            extensions: words(&["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 10485760"]),
            names: words(&["localhost", "127.0.0.1"]),
            client: None,
            pipelined: Pipelined::Answered,
        }
    }
}

impl Setup {
    /// In clear, no log-in.
    pub fn plain() -> Self {
        Self::default()
    }

    /// With STARTTLS.
    pub fn starttls() -> Self {
        Self { tls: Tls::Offered, ..Self::default() }
    }

    /// With TLS from the first byte.
    pub fn implicit_tls() -> Self {
        Self { tls: Tls::Implicit, ..Self::default() }
    }

    /// Wants this log-in.
    #[must_use]
    pub fn auth(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Offers only these mechanisms.
    #[must_use]
    pub fn mechanisms(mut self, mechanisms: &str) -> Self {
        mechanisms.clone_into(&mut self.mechanisms);
        self
    }

    /// Offers only these extensions.
    #[must_use]
    pub fn extensions(mut self, extensions: &[&str]) -> Self {
        self.extensions = extensions.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Wants a client with this certificate.
    #[must_use]
    pub fn client(mut self, certificate: CertificateDer<'static>) -> Self {
        self.client = Some(certificate);
        self
    }

    /// Treats pipelined commands so.
    #[must_use]
    pub fn pipelined(mut self, pipelined: Pipelined) -> Self {
        self.pipelined = pipelined;
        self
    }

    /// The certificate is for these names.
    #[must_use]
    pub fn names(mut self, names: &[&str]) -> Self {
        self.names = names.iter().map(|&word| word.to_owned()).collect();
        self
    }
}
