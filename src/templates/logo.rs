//! A brand's logo: a small picture that goes along with each mail as a part of its own. Read and
//! looked at once; mails name it by its hash.

use super::error::Problem;
use crate::domain::Picture;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// The largest file: it goes out with each mail.
const LARGEST: usize = 64 * 1024;
/// The box that it is shown in, in CSS pixels; a file may have twice as many, for sharp screens.
const BOX: (u32, u32) = (240, 48);

/// A logo, made ready.
#[derive(Debug, Clone)]
pub(super) struct Logo {
    pub(super) picture: Arc<Picture>,
    /// As it is shown, in CSS pixels.
    pub(super) width: u32,
    pub(super) height: u32,
    /// Parts of it may be see-through.
    pub(super) see_through: bool,
}

/// Reads a logo; what mail programs do not show is refused.
pub(super) fn read(path: &Path) -> Result<Logo, Problem> {
    let shown = path.display().to_string();
    let refuse = |why: String| Problem::new(&shown, why);
    let unreadable = |error: std::io::Error| refuse(format!("the logo cannot be read ({error}); check logo_file"));
    let mut bytes = Vec::new();
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path).map_err(unreadable)?.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > LARGEST {
        return Err(refuse("the logo is larger than 64 KiB, and each mail carries it; make it smaller".to_owned()));
    }
    let (media_type, width, height) = look(&bytes).ok_or_else(|| {
        refuse("the logo is no PNG, JPEG or GIF; many mail programs show nothing else, SVG least".to_owned())
    })?;
    if width == 0 || height == 0 {
        return Err(refuse("the logo has no width or no height".to_owned()));
    }
    let see_through = media_type != "image/jpeg";
    let (width, height) = fit(width, height);
    let hash = Sha256::digest(&bytes).first_chunk().map(|half| Uuid::from_bytes(*half)).unwrap_or_default();
    let picture = Arc::new(Picture { name: format!("{shown}#{}", hash.simple()), media_type, bytes });
    Ok(Logo { picture, width, height, see_through })
}

/// The size at which it is shown.
fn fit(width: u32, height: u32) -> (u32, u32) {
    let scaled = |side: u32, by: u32, of: u32| {
        let scaled = u64::from(side).saturating_mul(u64::from(by)).div_euclid(u64::from(of.max(1)));
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    };
    let shown = height.min(BOX.1);
    let wide = scaled(width, shown, height);
    if wide <= BOX.0 { (wide, shown) } else { (BOX.0, scaled(height, BOX.0, width)) }
}

/// What a picture is, and its width and height.
fn look(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(("image/png", number(bytes.get(16..20)?), number(bytes.get(20..24)?)));
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        let little = |at: usize| Some(number(&[*bytes.get(at.saturating_add(1))?, *bytes.get(at)?]));
        return Some(("image/gif", little(6)?, little(8)?));
    }
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, ..] = *rest else { return None };
        // A start of frame, which has the size; C4, C8 and CC are something else.
        if (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some(("image/jpeg", number(rest.get(7..9)?), number(rest.get(5..7)?)));
        }
        let length = usize::from(u16::from_be_bytes([high, low])).saturating_add(2);
        rest = rest.get(length..)?;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A PNG of one colour would do; its header is all that is looked at.
    pub(in super::super) fn png(width: u32, height: u32) -> Vec<u8> {
        let head = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0, 0, 0, 13], b"IHDR"].concat();
        [head.as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat()
    }

    #[test]
    fn pictures_are_told_apart_and_measured() {
        assert_eq!(look(&png(480, 96)), Some(("image/png", 480, 96)));
        assert_eq!(look(b"GIF89a\x40\x01\x20\x00rest"), Some(("image/gif", 320, 32)));
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x30\x00\xf0rest";
        assert_eq!(look(jpeg), Some(("image/jpeg", 240, 48)));
        for not in [&b"<svg xmlns"[..], b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\xff\xff", b"RIFF....WEBP"] {
            assert_eq!(look(not), None);
        }
    }

    #[test]
    fn a_logo_is_shown_within_its_box() {
        assert_eq!((fit(480, 96), fit(100, 20), fit(2_000, 100)), ((240, 48), (100, 20), (240, 12)));
        assert_eq!((fit(1, 5_000), fit(u32::MAX, 1)), ((1, 48), (240, 1)));
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let of = |name: &str, bytes: &[u8]| {
            let path = place.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            read(&path).map(|logo| logo.picture.name.clone()).map_err(|problem| problem.message)
        };
        let name = of("a.png", &png(10, 10)).unwrap();
        assert!(name.contains("a.png#") && name.rsplit_once('#').unwrap().1.len() == 32, "{name}");
        assert_ne!(of("a.png", &png(11, 10)).unwrap(), name, "another picture has another name");
        assert!(of("a.svg", b"<svg/>").unwrap_err().contains("no PNG, JPEG or GIF"));
        assert!(of("b.png", &[png(10, 10), vec![0; LARGEST]].concat()).unwrap_err().contains("larger than 64 KiB"));
        assert!(of("c.png", &png(0, 10)).unwrap_err().contains("no width"));
        assert!(read(&place.path().join("none")).unwrap_err().message.contains("check logo_file"));
    }
}
