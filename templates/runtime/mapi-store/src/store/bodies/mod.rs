//! The three bodies of a message: plain text, HTML and RTF, kept in step whichever of them a client writes
//! \[supporting-formatted-text-message-store-responsibilities\].
//!
//! One of them is native, as `PR_NATIVE_BODY_INFO` says. The plain text is always stored, because tables show it. HTML is
//! stored where it is native or comes in RTF; RTF where a client wrote it. In a store with `STORE_RTF_OK`, RTF that nobody
//! wrote is made when it is asked for, HTML and all, so nothing of it can go stale.
//!
//! Without `STORE_RTF_OK` the client keeps text and RTF in step by `RTFSync`; then all that happens to `PR_RTF_IN_SYNC` is
//! that it goes when the text changes alone.

mod html;
mod rtf;

use mapi_abi::{
    PR_BODY, PR_HTML, PR_INTERNET_CPID, PR_NATIVE_BODY_INFO, PR_RTF_COMPRESSED, PR_RTF_IN_SYNC,
    PR_RTF_SYNC_BODY_COUNT, PR_RTF_SYNC_BODY_CRC, PR_RTF_SYNC_BODY_TAG, PR_RTF_SYNC_PREFIX_COUNT,
    PR_RTF_SYNC_TRAILING_COUNT, STORE_HTML_OK, STORE_RTF_OK,
};

use super::bag::PropertyBag;
use super::charset;
use super::error::StoreError;
use super::value::Value;
use super::{Message, Store, id};

/// Values of `PR_NATIVE_BODY_INFO` \[MS-OXCMSG 2.2.1.58.2\].
const NATIVE_PLAIN: i32 = 1;
const NATIVE_RTF: i32 = 2;
const NATIVE_HTML: i32 = 3;

/// Bytes above which a body is not turned into another kind of body: no mail is that long, and it costs time and memory.
const LARGEST: u64 = 16 << 20;

/// Bytes above which RTF is not compressed: that takes long, and the header says how it is \[MS-OXRTFCP\].
const LARGEST_COMPRESSED: usize = 32 << 10;

/// What RTFSync computes of a text that is not the present one any more.
const AUXILIARY: [u32; 5] = [
    PR_RTF_SYNC_BODY_CRC,
    PR_RTF_SYNC_BODY_COUNT,
    PR_RTF_SYNC_BODY_TAG,
    PR_RTF_SYNC_PREFIX_COUNT,
    PR_RTF_SYNC_TRAILING_COUNT,
];

/// Everything that belongs to the bodies.
const PROPERTIES: [u32; 11] = [
    PR_BODY,
    PR_HTML,
    PR_RTF_COMPRESSED,
    PR_RTF_IN_SYNC,
    PR_INTERNET_CPID,
    PR_NATIVE_BODY_INFO,
    PR_RTF_SYNC_BODY_CRC,
    PR_RTF_SYNC_BODY_COUNT,
    PR_RTF_SYNC_BODY_TAG,
    PR_RTF_SYNC_PREFIX_COUNT,
    PR_RTF_SYNC_TRAILING_COUNT,
];

impl Message {
    /// The bodies and what describes them, to tell later what has changed.
    #[must_use]
    pub fn bodies(&self) -> PropertyBag {
        let bag = &self.properties;
        PROPERTIES
            .iter()
            .filter_map(|tag| Some((*tag, bag.get(id(*tag))?.clone())))
            .collect()
    }

    /// Brings the bodies into step after a client has changed some of them since they were `before`.
    pub fn reconcile_bodies(
        &mut self,
        store: &Store,
        before: &PropertyBag,
    ) -> Result<(), StoreError> {
        reconcile(&mut self.properties, store, before)
    }
}

/// Brings the bodies in a bag into step, see [`Message::reconcile_bodies`].
pub(crate) fn reconcile(
    bag: &mut PropertyBag,
    store: &Store,
    before: &PropertyBag,
) -> Result<(), StoreError> {
    let changed = |tag: u32| bag.get(id(tag)) != before.get(id(tag));
    if ![PR_BODY, PR_HTML, PR_RTF_COMPRESSED]
        .into_iter()
        .any(changed)
    {
        return Ok(());
    }
    let chosen = changed(PR_NATIVE_BODY_INFO);
    let native = if store.support_mask() & STORE_RTF_OK != 0 {
        in_step(bag, store, before)?
    } else {
        text_in_step(bag, store, before)?
    };
    match native {
        _ if chosen => {}
        Some(native) => drop(bag.set(PR_NATIVE_BODY_INFO, Value::Long(native))),
        None => drop(bag.remove(id(PR_NATIVE_BODY_INFO))),
    }
    Ok(())
}

/// The bodies of a store that keeps all of them in step; which one is native.
fn in_step(
    bag: &mut PropertyBag,
    store: &Store,
    before: &PropertyBag,
) -> Result<Option<i32>, StoreError> {
    let has = |bag: &PropertyBag, tag: u32| bag.get(id(tag)).is_some();
    let changed = |bag: &PropertyBag, tag: u32| bag.get(id(tag)) != before.get(id(tag));
    let written = |bag: &PropertyBag, tag: u32| changed(bag, tag) && has(bag, tag);
    let native = if written(bag, PR_HTML) {
        if !written(bag, PR_RTF_COMPRESSED) {
            bag.remove(id(PR_RTF_COMPRESSED));
        }
        if !written(bag, PR_BODY) {
            set_text(bag, html_text(bag, store)?);
        }
        Some(NATIVE_HTML)
    } else if written(bag, PR_RTF_COMPRESSED) {
        let Some(content) = rtf_content(bag, store)? else {
            // Damaged: the bytes are the client's, and there is no text in them to be in step with.
            bag.remove(id(PR_RTF_IN_SYNC));
            return Ok(native_of(bag));
        };
        Some(take_rtf(bag, store, before, content)?)
    } else if written(bag, PR_BODY) {
        let formatted = has(bag, PR_HTML) || has(bag, PR_RTF_COMPRESSED);
        if formatted && same_text(bag, store, before)? {
            native_of(bag)
        } else {
            // The text is another one, and the formatting was the old one's.
            bag.remove(id(PR_HTML));
            bag.remove(id(PR_RTF_COMPRESSED));
            Some(NATIVE_PLAIN)
        }
    } else {
        // Something was deleted: what is left says what the text is.
        if has(bag, PR_HTML) {
            set_text(bag, html_text(bag, store)?);
        } else if has(bag, PR_RTF_COMPRESSED)
            && let Some(content) = rtf_content(bag, store)?
        {
            take_rtf(bag, store, before, content)?;
        }
        native_of(bag)
    };
    // What RTFSync has computed describes an earlier text, unless it came along with this one.
    for tag in AUXILIARY {
        if !changed(bag, tag) {
            bag.remove(id(tag));
        }
    }
    if has(bag, PR_RTF_COMPRESSED) {
        bag.set(PR_RTF_IN_SYNC, Value::Boolean(true));
    } else {
        bag.remove(id(PR_RTF_IN_SYNC));
    }
    Ok(native)
}

/// Takes text, and HTML if there is some, out of RTF.
fn take_rtf(
    bag: &mut PropertyBag,
    store: &Store,
    before: &PropertyBag,
    content: rtf::Content,
) -> Result<i32, StoreError> {
    let mut text = content.text;
    let mut native = NATIVE_RTF;
    bag.remove(id(PR_HTML));
    if content.is_html {
        let html = std::mem::take(&mut text);
        text = html::to_text(&html);
        if store.support_mask() & STORE_HTML_OK != 0 {
            native = NATIVE_HTML;
            if !html.is_ascii() {
                bag.set(PR_INTERNET_CPID, Value::Long(charset::CODE_PAGE_UTF8));
            }
            bag.set(PR_HTML, Value::Binary(html.into_bytes()));
        }
    } else if content.is_plain {
        native = NATIVE_PLAIN;
    }
    // A text that came along, and differs in white space alone, is as good.
    let written = bag.get(id(PR_BODY)) != before.get(id(PR_BODY));
    let own = whole_text(bag, store)?.filter(|own| written && is_same(own, &text));
    if own.is_none() {
        set_text(bag, Some(text));
    }
    Ok(native)
}

/// The text body of a store where the client takes care of RTF; which body is native.
fn text_in_step(
    bag: &mut PropertyBag,
    store: &Store,
    before: &PropertyBag,
) -> Result<Option<i32>, StoreError> {
    let changed = |bag: &PropertyBag, tag: u32| bag.get(id(tag)) != before.get(id(tag));
    let mut text_changed = changed(bag, PR_BODY);
    if changed(bag, PR_HTML) && bag.get(id(PR_HTML)).is_some() && !text_changed {
        set_text(bag, html_text(bag, store)?);
        text_changed = true;
    } else if text_changed && bag.get(id(PR_BODY)).is_some() {
        text_changed = !same_text(bag, store, before)?;
        if text_changed && !changed(bag, PR_HTML) {
            bag.remove(id(PR_HTML));
        }
    }
    if text_changed && !changed(bag, PR_RTF_COMPRESSED) && !changed(bag, PR_RTF_IN_SYNC) {
        bag.remove(id(PR_RTF_IN_SYNC));
    }
    Ok(native_of(bag))
}

/// Which of the bodies that there are is the best one.
fn native_of(bag: &PropertyBag) -> Option<i32> {
    let has = |tag: u32| bag.get(id(tag)).is_some();
    if has(PR_HTML) {
        Some(NATIVE_HTML)
    } else if has(PR_RTF_COMPRESSED) {
        Some(NATIVE_RTF)
    } else {
        has(PR_BODY).then_some(NATIVE_PLAIN)
    }
}

fn set_text(bag: &mut PropertyBag, text: Option<String>) {
    match text {
        Some(text) => bag.set(PR_BODY, Value::Unicode(text)),
        None => bag.remove(id(PR_BODY)),
    };
}

/// Whether the text differs from the one before in white space alone.
fn same_text(bag: &PropertyBag, store: &Store, before: &PropertyBag) -> Result<bool, StoreError> {
    let now = whole_text(bag, store)?;
    let then = match whole_text(before, store) {
        // Gone with the state that somebody else overwrote.
        Err(StoreError::Changed) => None,
        result => result?,
    };
    Ok(match (now, then) {
        (Some(now), Some(then)) => is_same(&now, &then),
        _ => false,
    })
}

fn is_same(one: &str, other: &str) -> bool {
    let significant = |text: &str| -> Vec<char> {
        text.chars()
            .filter(|letter| !letter.is_whitespace())
            .collect()
    };
    significant(one) == significant(other)
}

/// A property, read if it is a large one; `None` if it is not there or too long to work with.
fn whole(bag: &PropertyBag, store: &Store, tag: u32) -> Result<Option<Value>, StoreError> {
    match bag.get(id(tag)) {
        Some(value) if value.size() > LARGEST => Ok(None),
        Some(Value::Large(large)) => store.read_large(large).map(Some),
        value => Ok(value.cloned()),
    }
}

fn whole_text(bag: &PropertyBag, store: &Store) -> Result<Option<String>, StoreError> {
    Ok(match whole(bag, store, PR_BODY)? {
        Some(Value::Unicode(text)) => Some(text),
        _ => None,
    })
}

fn whole_html(bag: &PropertyBag, store: &Store) -> Result<Option<String>, StoreError> {
    Ok(match whole(bag, store, PR_HTML)? {
        Some(Value::Binary(bytes)) => {
            let page = bag.long(PR_INTERNET_CPID);
            Some(charset::decode_code_page(&bytes, page).into_owned())
        }
        // PR_BODY_HTML, which shares the id.
        Some(Value::Unicode(html)) => Some(html),
        _ => None,
    })
}

fn html_text(bag: &PropertyBag, store: &Store) -> Result<Option<String>, StoreError> {
    Ok(whole_html(bag, store)?.map(|html| html::to_text(&html)))
}

fn rtf_content(bag: &PropertyBag, store: &Store) -> Result<Option<rtf::Content>, StoreError> {
    Ok(match whole(bag, store, PR_RTF_COMPRESSED)? {
        Some(Value::Binary(bytes)) => decompress(&bytes).map(|rtf| rtf::read(&rtf)),
        _ => None,
    })
}

/// Whether the store makes RTF for these properties when it is asked for it.
pub(crate) fn makes_rtf(bag: &PropertyBag, store: &Store) -> bool {
    let short = |tag: u32| {
        bag.get(id(tag))
            .is_some_and(|value| value.size() <= LARGEST)
    };
    store.support_mask() & STORE_RTF_OK != 0
        && bag.get(id(PR_RTF_COMPRESSED)).is_none()
        && (short(PR_HTML) || short(PR_BODY))
}

/// `PR_RTF_COMPRESSED` of properties that have none, see [`makes_rtf`].
pub(crate) fn made_rtf(bag: &PropertyBag, store: &Store) -> Result<Option<Vec<u8>>, StoreError> {
    if !makes_rtf(bag, store) {
        return Ok(None);
    }
    if let Some(html) = whole_html(bag, store)? {
        return Ok(compress(&rtf::from_html(&html)));
    }
    let text = whole_text(bag, store)?;
    Ok(text.and_then(|text| compress(&rtf::from_text(&text))))
}

fn compress(rtf: &str) -> Option<Vec<u8>> {
    let compressed = if rtf.len() <= LARGEST_COMPRESSED {
        compressed_rtf::compress_rtf(rtf)
    } else {
        compressed_rtf::encode_rtf(rtf)
    };
    compressed.ok()
}

/// RTF out of `PR_RTF_COMPRESSED`; `None` if it is damaged.
fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 16;
    let number = |at: usize| -> Option<usize> {
        let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    // The library trusts these numbers. What comes after the end is no part of it.
    let end = number(0)?.checked_add(4)?;
    let body = bytes.get(HEADER..end)?;
    let raw = number(4)?;
    let compressed = bytes.get(8..12)? == b"LZFu";
    // Two bytes stand for seventeen at most, and eight such pairs need a ninth of a byte each.
    let most = if compressed {
        body.len().checked_mul(9)?
    } else {
        body.len()
    };
    if raw > most {
        return None;
    }
    let rtf = compressed_rtf::decompress_rtf(&bytes[..end]).ok()?;
    // The library shows bytes as the characters of the same number.
    Some(rtf.chars().map(|byte| byte as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rtf_is_packed_and_unpacked() {
        let short = rtf::from_text("Hello world, hello world, hello world\r\n");
        let long = rtf::from_text(&"A line of text.\r\n".repeat(5_000));
        for rtf in [short, long] {
            let packed = compress(&rtf).unwrap();
            assert_eq!(decompress(&packed).unwrap(), rtf.as_bytes());
            let mut padded = packed.clone();
            padded.extend([0; 7]);
            assert_eq!(decompress(&padded).unwrap(), rtf.as_bytes());
        }
    }

    #[test]
    fn damaged_rtf_is_none() {
        let good = compress("{\\rtf1\\ansi hello hello hello hello}").unwrap();
        assert!(decompress(&good).is_some());
        for length in 0..good.len() {
            assert_eq!(decompress(&good[..length]), None, "{length}");
        }
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0xFF;
            // The number of bytes unpacked is a hint.
            if !(4..8).contains(&at) {
                assert_eq!(decompress(&bad), None, "{at}");
            } else {
                let _ = decompress(&bad);
            }
        }
        let mut huge = good;
        huge[4..8].copy_from_slice(&[0xFF; 4]);
        assert_eq!(decompress(&huge), None);
    }

    #[test]
    fn white_space_does_not_count() {
        assert!(is_same("a  b\r\nc", "ab c\n"));
        assert!(!is_same("a b", "a B"));
    }
}
