//! A network between postrider and the database that can be cut or fall silent.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Net {
    /// Everything passes.
    Well,
    /// Connections are made and kept, and nothing passes.
    Silent,
    /// No connection lasts.
    Cut,
}

/// Relays to a port of this machine until it is dropped.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    net: Arc<watch::Sender<Net>>,
    /// How often the address moved.
    moves: Arc<watch::Sender<u32>>,
    task: JoinHandle<()>,
}

impl Relay {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let net = Arc::new(watch::channel(Net::Well).0);
        let moves = Arc::new(watch::channel(0).0);
        let (state, steps) = (Arc::clone(&net), Arc::clone(&moves));
        let task = tokio::spawn(async move {
            let mut relays = JoinSet::new();
            loop {
                let (near, _peer) = listener.accept().await.unwrap();
                let net = state.subscribe();
                relays.spawn(relay(near, port, net, steps.subscribe()));
            }
        });
        Self { address, net, moves, task }
    }

    pub(crate) fn set(&self, net: Net) {
        self.net.send_replace(net);
    }

    /// The address moves to another machine: connections that are there fall silent for good, and new ones are well.
    pub(crate) fn move_away(&self) {
        self.moves.send_modify(|moves| *moves += 1);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn relay(near: TcpStream, port: u16, mut net: watch::Receiver<Net>, mut moves: watch::Receiver<u32>) {
    if *net.borrow() == Net::Cut {
        return;
    }
    let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut near_in, mut near_out) = near.into_split();
    let (mut far_in, mut far_out) = far.into_split();
    // nothing was seen to move before it was made
    moves.mark_unchanged();
    tokio::select! {
        biased;
        _ = moves.changed() => {}
        () = pass(&mut near_in, &mut far_out, net.clone()) => return,
        () = pass(&mut far_in, &mut near_out, net.clone()) => return,
        () = async { drop(net.wait_for(|net| *net == Net::Cut).await) } => return,
    }
    // all four halves are kept open, and nobody hears of anything
    std::future::pending::<()>().await;
}

async fn pass(
    from: &mut tokio::net::tcp::OwnedReadHalf,
    to: &mut tokio::net::tcp::OwnedWriteHalf,
    mut net: watch::Receiver<Net>,
) {
    let mut bytes = [0; 16384];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if net.wait_for(|net| *net == Net::Well).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
