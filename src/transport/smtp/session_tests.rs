//! Several addresses of one host.

use super::*;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A server with this greeting that takes EHLO.
async fn server(greeting: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (tcp, _peer) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut stream = BufReader::new(tcp);
                stream.write_all(greeting.as_bytes()).await.unwrap();
                let mut line = String::new();
                while stream.read_line(&mut line).await.is_ok_and(|length| length > 0) {
                    if stream.write_all(b"250 ok\r\n").await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

async fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

async fn reached(addresses: Vec<SocketAddr>) -> (Result<SocketAddr, Report>, Settings) {
    let mut settings = Settings::new("127.0.0.1", 25, TlsMode::Plain);
    settings.timeouts.greeting = Duration::from_millis(200);
    let opened = open_any(&settings, addresses).await;
    (opened.map(|(wire, _offered)| wire.peer_addr().unwrap()), settings)
}

#[tokio::test]
async fn addresses_are_tried_in_turn_until_one_takes_us() {
    let (absent, full, good) = (closed().await, server("554 5.3.2 go away\r\n").await, server("220 hi\r\n").await);
    let (opened, settings) = reached(vec![absent, full, good]).await;
    assert_eq!(opened.unwrap(), good);
    assert_eq!(settings.addresses.sorted(vec![absent, full, good]), [good, absent, full]);
}

#[tokio::test]
async fn an_address_that_keeps_us_waiting_is_tried_last_the_next_time() {
    let (silent, good) = (server("").await, server("220 hi\r\n").await);
    let (opened, settings) = reached(vec![silent, good]).await;
    let report = opened.unwrap_err();
    assert_eq!((report.outcome, report.phase), (Outcome::ProviderFault, Phase::Greeting));
    assert_eq!(settings.addresses.sorted(vec![silent, good]), [good, silent]);
}

#[tokio::test]
async fn if_none_answers_the_words_name_all() {
    let (one, two) = (closed().await, closed().await);
    let report = reached(vec![one, two]).await.0.unwrap_err();
    let words = report.reply.unwrap();
    assert_eq!(report.phase, Phase::Connect);
    assert!(words.expose().contains(&one.to_string()) && words.expose().contains(&two.to_string()), "{words:?}");
}
