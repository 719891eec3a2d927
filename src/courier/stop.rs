//! Stopping in order: first no body is begun any more, then written bodies are waited for, then
//! everything is cut.

use tokio::sync::watch;

/// How far the stop has come; only ever forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Life.
    Running,
    /// No claim, no body begun; bodies already begun go on.
    Stopping,
    /// Every exchange ends now.
    Cut,
}

/// The end that gives the order.
pub struct Stopper(watch::Sender<Stage>);

/// The end that obeys.
#[derive(Clone)]
pub struct Stop(watch::Receiver<Stage>);

/// A stopper and its stop.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(Stage::Running);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Goes on to `stage`.
    pub fn advance(&self, stage: Stage) {
        self.0.send_if_modified(|now| std::mem::replace(now, stage.max(*now)) < stage);
    }
}

impl Stop {
    /// Where we are.
    pub fn stage(&self) -> Stage {
        *self.0.borrow()
    }

    /// Waits until `stage` is reached; a vanished stopper counts as cut.
    pub async fn reached(&self, stage: Stage) {
        let mut stages = self.0.clone();
        let _vanished = stages.wait_for(|now| *now >= stage).await;
    }
}
