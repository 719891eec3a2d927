//! Sealing: HKDF-SHA256 (RFC 5869) makes a key for each purpose, XChaCha20-Poly1305 seals under
//! it, HMAC-SHA256 under random keys makes hashes that can be compared but not guessed. Knows no
//! database and no message.

use crate::domain::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, AeadInOut, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What something is sealed for; a blob opens only under the purpose it was sealed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The content of a message.
    Content,
    /// A provider's reply, which may quote an address.
    Reply,
    /// The random keys of [`KeyedHash`].
    HashKey,
    /// The ticket that a `recovery_id` is.
    Recovery,
    /// An answer that is kept for a repeat of its request.
    Answer,
    /// What people wrote into a line of the audit log.
    Audit,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Reply => "reply",
            Self::HashKey => "hash-key",
            Self::Recovery => "recovery",
            Self::Answer => "answer",
            Self::Audit => "audit",
        }
    }
}

/// Why a blob did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// None of `secrets.cipher` has this key id.
    #[error("sealed with a key that is not in secrets.cipher (key id {0:08x}); add the old secret behind the new one")]
    UnknownKey(u32),
    /// Shortened, changed, or sealed for another message or purpose.
    #[error("the sealed bytes were changed or belong to something else")]
    Broken,
    /// The cipher itself refused: only possible beyond 256 GiB.
    #[error("the cipher could not seal")]
    Cipher,
    /// It cannot be written as JSON.
    #[error("what is to be sealed cannot be written as JSON")]
    Form,
    /// The operating system has no random bytes for us.
    #[error("the operating system gives no random bytes")]
    Random,
}

/// Seals with the first secret and opens with any (Ory's rotation rule).
pub struct Sealer {
    keys: Vec<MasterKey>,
}

struct MasterKey {
    id: u32,
    hkdf: Hkdf<Sha256>,
}

const ID: usize = 4;
const NONCE: usize = 24;
const TAG: usize = 16;

impl Sealer {
    /// A sealer for `secrets.cipher`, first secret first. Without secrets nothing seals.
    pub fn new(secrets: &[Secret<String>]) -> Self {
        let key = |secret: &Secret<String>| {
            let digest = Sha256::digest([b"postrider/1/key-id", secret.expose().as_bytes()].concat());
            let id = digest.first_chunk().copied().map(u32::from_be_bytes).unwrap_or_default();
            MasterKey { id, hkdf: Hkdf::new(Some(b"postrider/1"), secret.expose().as_bytes()) }
        };
        Self { keys: secrets.iter().map(key).collect() }
    }

    /// Seals `plain` for one purpose and one id: 4 bytes key id, 24 bytes nonce, then the cipher text
    /// with its tag.
    pub fn seal(&self, purpose: Purpose, id: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_in_place(purpose, id, plain.len(), |buffer| {
            buffer.extend_from_slice(plain);
            Ok(())
        })
    }

    /// Seals a value as JSON of about `room` bytes. In clear it is nowhere but where it is sealed.
    pub fn seal_json(
        &self,
        purpose: Purpose,
        id: &[u8],
        value: &impl Serialize,
        room: usize,
    ) -> Result<Vec<u8>, SealError> {
        self.seal_in_place(purpose, id, room, |buffer| {
            serde_json::to_writer(buffer, value).map_err(|_json| SealError::Form)
        })
    }

    fn seal_in_place(
        &self,
        purpose: Purpose,
        id: &[u8],
        room: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), SealError>,
    ) -> Result<Vec<u8>, SealError> {
        let key = self.keys.first().ok_or(SealError::UnknownKey(0))?;
        let nonce = random::<NONCE>()?;
        let mut sealed = Vec::with_capacity(ID + NONCE + room + TAG);
        sealed.extend_from_slice(&key.id.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        write(&mut sealed)?;
        let plain = sealed.get_mut(ID + NONCE..).unwrap_or_default();
        let tag = key
            .cipher(purpose)?
            .encrypt_inout_detached(&XNonce::from(nonce), &associated(purpose, id), plain.into())
            .map_err(|_opaque| SealError::Cipher)?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens what [`Sealer::seal`] made for the same purpose and id.
    pub fn open(&self, purpose: Purpose, id: &[u8], blob: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        let (key_id, rest) = blob.split_first_chunk::<ID>().ok_or(SealError::Broken)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Broken)?;
        let key_id = u32::from_be_bytes(*key_id);
        let key = self.keys.iter().find(|key| key.id == key_id).ok_or(SealError::UnknownKey(key_id))?;
        let aad = associated(purpose, id);
        key.cipher(purpose)?
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad })
            .map(Secret::new)
            .map_err(|_opaque| SealError::Broken)
    }
}

fn associated(purpose: Purpose, id: &[u8]) -> Vec<u8> {
    [purpose.as_str().as_bytes(), b":", id].concat()
}

/// The first bytes of what is sealed: which secret it was.
pub type KeyId = [u8; ID];

impl Sealer {
    /// The key id of what this seals; none without secrets.
    pub fn key_id(&self) -> Option<KeyId> {
        self.keys.first().map(|key| key.id.to_be_bytes())
    }

    /// Whether this opens what begins with a key id.
    pub fn knows(&self, id: KeyId) -> bool {
        self.keys.iter().any(|key| key.id.to_be_bytes() == id)
    }

    /// Seals the same content anew, with the first secret.
    pub fn reseal(&self, purpose: Purpose, id: &[u8], blob: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal(purpose, id, self.open(purpose, id, blob)?.expose())
    }
}

/// A new secret of 32 random bytes, in the forms in which one is wanted.
pub struct Drawn {
    /// 43 characters that need no quotes anywhere: for `secrets.cipher`, a token or a key.
    pub text: Secret<String>,
    /// SHA-256 of that text, in hex.
    pub sha256: String,
    /// The bytes as Standard Webhooks writes them.
    pub webhook: Secret<String>,
}

impl Drawn {
    /// Draws one.
    pub fn new() -> Result<Self, SealError> {
        let bytes = Secret::new(random::<32>()?);
        let text = Secret::new(URL_SAFE_NO_PAD.encode(bytes.expose()));
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
        let hash = digest(text.expose().as_bytes());
        let sha256 = hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect();
        Ok(Self { text, sha256, webhook: Secret::new(format!("whsec_{}", STANDARD.encode(bytes.expose()))) })
    }
}

impl MasterKey {
    fn cipher(&self, purpose: Purpose) -> Result<XChaCha20Poly1305, SealError> {
        let mut key = Secret::new([0_u8; 32]);
        self.hkdf
            .expand(format!("postrider/1/{}", purpose.as_str()).as_bytes(), key.expose_mut())
            .map_err(|_length| SealError::Cipher)?;
        XChaCha20Poly1305::new_from_slice(key.expose()).map_err(|_length| SealError::Cipher)
    }
}

/// HMAC-SHA256 under a random key: the same words give the same hash, and nobody without the key
/// can tell which words they were.
pub struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    /// A hash under `key`.
    pub fn new(key: &Secret<Vec<u8>>) -> Result<Self, SealError> {
        Hmac::new_from_slice(key.expose()).map(Self).map_err(|_length| SealError::Cipher)
    }

    /// A fresh random key of 32 bytes.
    pub fn draw_key() -> Result<Secret<Vec<u8>>, SealError> {
        random::<32>().map(|key| Secret::new(key.to_vec()))
    }

    /// The hash of several parts; each part's length goes in too, so that parts cannot shift.
    pub fn of(&self, parts: &[&str]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

/// SHA-256 of raw bytes, for contents that are compared and never shown.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_os| SealError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(secrets: &[&str]) -> Sealer {
        Sealer::new(&secrets.iter().map(|s| Secret::from(*s)).collect::<Vec<_>>())
    }

    #[test]
    fn what_was_sealed_opens_again_and_never_looks_the_same() {
        let sealer = sealer(&["first secret of 32 characters ...."]);
        let (a, b) = (sealer.seal(Purpose::Content, b"id", b"012345"), sealer.seal(Purpose::Content, b"id", b"012345"));
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_ne!(a, b);
        assert!(!a.windows(6).any(|window| window == b"012345"));
        assert_eq!(sealer.open(Purpose::Content, b"id", &a).unwrap().expose(), b"012345");
    }

    #[test]
    fn it_opens_only_for_its_own_id_and_purpose_and_unchanged() {
        let sealer = sealer(&["secret"]);
        let mut blob = sealer.seal(Purpose::Content, b"id", b"text").unwrap();
        assert_eq!(sealer.open(Purpose::Content, b"other", &blob).err(), Some(SealError::Broken));
        assert_eq!(sealer.open(Purpose::Reply, b"id", &blob).err(), Some(SealError::Broken));
        *blob.last_mut().unwrap() ^= 1;
        assert_eq!(sealer.open(Purpose::Content, b"id", &blob).err(), Some(SealError::Broken));
        assert_eq!(sealer.open(Purpose::Content, b"id", b"short").err(), Some(SealError::Broken));
    }

    #[test]
    fn an_old_secret_still_opens_and_an_unknown_one_is_named() {
        let old = sealer(&["old"]).seal(Purpose::Content, b"id", b"text").unwrap();
        assert!(sealer(&["new", "old"]).open(Purpose::Content, b"id", &old).is_ok());
        assert!(matches!(sealer(&["new"]).open(Purpose::Content, b"id", &old), Err(SealError::UnknownKey(_))));
        let both = sealer(&["new", "old"]);
        let anew = both.reseal(Purpose::Content, b"id", &old).unwrap();
        assert_eq!(sealer(&["new"]).open(Purpose::Content, b"id", &anew).unwrap().expose(), b"text");
        let front = |blob: &[u8]| *blob.first_chunk().unwrap();
        assert_eq!(Some(front(&anew)), both.key_id());
        assert!(both.knows(front(&old)) && !sealer(&["new"]).knows(front(&old)));
    }

    #[test]
    fn parts_of_a_hash_cannot_shift() {
        let hash = KeyedHash::new(&KeyedHash::draw_key().unwrap()).unwrap();
        assert_ne!(hash.of(&["ab", "c"]), hash.of(&["a", "bc"]));
        assert_eq!(hash.of(&["ab", "c"]), hash.of(&["ab", "c"]));
    }
}
