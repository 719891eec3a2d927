//! Time-based one-time passwords (RFC 6238), so that a test can have a second factor.

/// The code of this moment for a secret in base32.
pub(crate) fn now(secret: &str) -> String {
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    code(&base32(secret), seconds.div_euclid(30))
}

fn code(key: &[u8], counter: u64) -> String {
    let hash = hmac(key, &counter.to_be_bytes());
    let at = usize::from(hash.last().unwrap() & 15);
    let bytes: [u8; 4] = hash.get(at..at + 4).unwrap().try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000)
}

fn base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for c in text.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = if c.is_ascii_digit() { c - b'2' + 26 } else { c.to_ascii_uppercase() - b'A' };
        bits = (bits << 5) | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 255).unwrap());
        }
    }
    bytes
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 20] {
    let mut block = [0; 64];
    block.get_mut(..key.len()).unwrap().copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with).to_vec();
    sha1(&[pad(0x5c), sha1(&[pad(0x36), text.to_vec()].concat()).to_vec()].concat())
}

fn sha1(text: &[u8]) -> [u8; 20] {
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut padded = text.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).div_ceil(64) * 64 - 8, 0);
    padded.extend((u64::try_from(text.len()).unwrap() * 8).to_be_bytes());
    for chunk in padded.chunks(64) {
        let mut words: Vec<u32> = chunk.chunks(4).map(|word| u32::from_be_bytes(word.try_into().unwrap())).collect();
        for i in 16..80 {
            let at = |back: usize| *words.get(i - back).unwrap();
            words.push((at(3) ^ at(8) ^ at(14) ^ at(16)).rotate_left(1));
        }
        let [mut first, mut b, mut c, mut d, mut last] = state;
        for (i, word) in words.iter().enumerate() {
            let (mix, constant) = match i {
                0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6),
            };
            let sum = mix.wrapping_add(last).wrapping_add(constant).wrapping_add(*word);
            (first, b, c, d, last) = (first.rotate_left(5).wrapping_add(sum), first, b.rotate_left(30), c, d);
        }
        for (sum, part) in state.iter_mut().zip([first, b, c, d, last]) {
            *sum = sum.wrapping_add(part);
        }
    }
    state.map(u32::to_be_bytes).concat().try_into().unwrap()
}

/// Of RFC 6238, appendix B.
#[test]
fn the_codes_are_those_of_the_rfc() {
    for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
        assert_eq!(code(b"12345678901234567890", seconds / 30), expected);
    }
    assert_eq!(base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), b"12345678901234567890");
}
