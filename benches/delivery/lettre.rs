//! lettre as a program would use it that keeps nothing: a connection for each worker with
//! `TCP_NODELAY` set, which lettre does not do, or its stock pool. The same mail over and over, built
//! once.

use lettre::address::Envelope;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

/// Which of the two.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    NoDelay,
    StockPool,
}

/// Sends so many mails on a runtime of its own, with as many threads as there are cores.
pub(crate) fn send(way: Way, to: SocketAddr, connections: usize, mails: u64, size: u64) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (left, mail) = (Arc::new(AtomicU64::new(mails)), Arc::new(mail(size)));
            let pool = pool(to, connections);
            let workers: Vec<_> = (0..connections)
                .map(|_| {
                    let (left, mail, pool) = (Arc::clone(&left), Arc::clone(&mail), pool.clone());
                    tokio::spawn(async move {
                        match way {
                            Way::NoDelay => by_connection(to, &left, &mail).await,
                            Way::StockPool => by_pool(&pool, &left, &mail).await,
                        }
                    })
                })
                .collect();
            for worker in workers {
                worker.await.unwrap();
            }
        });
    })
}

fn takes_one(left: &AtomicU64) -> bool {
    left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

fn envelope() -> Envelope {
    Envelope::new(Some("login@example.com".parse().unwrap()), vec!["u@example.org".parse().unwrap()]).unwrap()
}

/// The last replies may be lost when the sink has had enough and ends.
async fn by_connection(to: SocketAddr, left: &AtomicU64, mail: &[u8]) {
    let stream = tokio::net::TcpStream::connect(to).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let name = ClientId::Domain("localhost".to_owned());
    let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name).await.unwrap();
    let envelope = envelope();
    while takes_one(left) {
        if connection.send(&envelope, mail).await.is_err() {
            return;
        }
    }
}

async fn by_pool(pool: &AsyncSmtpTransport<Tokio1Executor>, left: &AtomicU64, mail: &[u8]) {
    let envelope = envelope();
    while takes_one(left) {
        if pool.send_raw(&envelope, mail).await.is_err() {
            return;
        }
    }
}

fn pool(to: SocketAddr, connections: usize) -> AsyncSmtpTransport<Tokio1Executor> {
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(to.ip().to_string())
        .port(to.port())
        .pool_config(PoolConfig::new().max_size(u32::try_from(connections).unwrap()))
        .build()
}

fn mail(size: u64) -> Vec<u8> {
    let line = [b"x".repeat(76), b"\r\n".to_vec()].concat();
    let head = b"From: login@example.com\r\nTo: u@example.org\r\nSubject: x\r\n\r\n".to_vec();
    let body = line.into_iter().cycle().take(usize::try_from(size).unwrap().saturating_sub(head.len() + 2));
    [head, body.collect(), b"\r\n".to_vec()].concat()
}
