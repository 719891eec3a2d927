//! Tickets as text: sealed, so that nobody reads or changes one, and base64url without padding,
//! so that one fits into a path and a query.

use super::Recovery;
use crate::domain::RecoveryTicket;
use crate::seal::{Purpose, SealError, Sealer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// All tickets are sealed for one id: each holds its own.
const ID: &[u8] = b"recovery";

impl Recovery {
    /// The `recovery_id` of a ticket.
    pub fn seal(&self, ticket: &RecoveryTicket) -> Result<String, SealError> {
        seal(&self.sealer, ticket)
    }

    /// The ticket of a `recovery_id`; none if we never made it, or its key is gone.
    pub fn open(&self, recovery_id: &str) -> Option<RecoveryTicket> {
        open(&self.sealer, recovery_id)
    }
}

fn seal(sealer: &Sealer, ticket: &RecoveryTicket) -> Result<String, SealError> {
    Ok(URL_SAFE_NO_PAD.encode(sealer.seal(Purpose::Recovery, ID, ticket.to_bytes().expose())?))
}

fn open(sealer: &Sealer, recovery_id: &str) -> Option<RecoveryTicket> {
    let bytes = URL_SAFE_NO_PAD.decode(recovery_id).ok()?;
    RecoveryTicket::from_bytes(sealer.open(Purpose::Recovery, ID, &bytes).ok()?.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RecoveryKind, Secret};
    use jiff::Timestamp;

    #[test]
    fn a_ticket_travels_sealed_and_only_under_our_key() {
        let ticket = RecoveryTicket {
            kind: RecoveryKind::Admin,
            source: "default".to_owned(),
            flow_id: "6a4f".to_owned(),
            expires_at: Timestamp::from_second(1_800_000_000).unwrap(),
            record: None,
            identifier: None,
            locale: None,
            transient_payload: None,
            recovery_v2: false,
            begun_at: None,
        };
        let (ours, theirs) = (Sealer::new(&[Secret::from("ours")]), Sealer::new(&[Secret::from("theirs")]));
        let text = seal(&ours, &ticket).unwrap();
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
        assert_eq!(open(&ours, &text).unwrap().flow_id, "6a4f");
        assert!(open(&theirs, &text).is_none());
        assert!(open(&ours, text.get(1..).unwrap()).is_none() && open(&ours, "").is_none());
    }
}
